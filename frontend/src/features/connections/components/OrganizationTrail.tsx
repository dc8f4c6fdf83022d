import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useState, type SubmitEvent } from "react";

import { useTexts } from "../../../texts/texts";
import { useOrganizationEvents } from "../hooks/useOrganizationEvents";
import { EventList } from "./list/EventList";

/** What happened to everybody's connections, those that are gone included. */
export function OrganizationTrail() {
  const words = useTexts().list.trail;
  const [user, setUser] = useState<string | null>(null);
  const history = useOrganizationEvents(user);
  const show = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget).get("user");
    setUser(typeof typed === "string" && typed.trim() !== "" ? typed.trim() : null);
  };
  return (
    <Stack>
      <form onSubmit={show} onReset={() => setUser(null)} role="search" aria-label={words.title}>
        <Group align="flex-end" gap="xs">
          <TextInput name="user" label={words.user} description={words.userHelp} autoComplete="off" />
          <Button type="submit" variant="default">
            {words.show}
          </Button>
          {user !== null && (
            <Button type="reset" variant="subtle">
              {words.everybody}
            </Button>
          )}
        </Group>
      </form>
      <EventList history={history} namesConnections />
    </Stack>
  );
}
