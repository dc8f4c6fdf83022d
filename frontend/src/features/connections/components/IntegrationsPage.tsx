import { Button, Group, Stack, Title } from "@mantine/core";

import { useTexts } from "../../../texts/texts";
import { usePlace } from "../navigation/location";
import { ConnectionForm } from "./ConnectionForm";
import { ConnectionList } from "./ConnectionList";

/** The page: the list, or connecting another account. Where one is, is in the address. */
export function IntegrationsPage() {
  const texts = useTexts();
  const { place, go } = usePlace();
  if (place.at === "connect") {
    return <ConnectionForm marketplace={place.marketplace} fields={place.fields} />;
  }
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1}>{texts.list.title}</Title>
        <Button onClick={() => go({ at: "connect", marketplace: null })}>{texts.form.title}</Button>
      </Group>
      <ConnectionList />
    </Stack>
  );
}
