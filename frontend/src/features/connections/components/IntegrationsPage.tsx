import { Button, Group, Stack, Text } from "@mantine/core";

import { LazyPart } from "../../../components/LazyPart";
import { ViewTitle } from "../../../components/ViewTitle";
import { useApi } from "../../../lib/api-context";
import { later } from "../../../lib/later";
import { useTexts } from "../../../texts/texts";
import { ConnectionList } from "./ConnectionList";
import { concerned } from "./form/arrival";
import { ArrivalNotice } from "./form/ArrivalNotice";
import { useArrival } from "./form/useArrival";

// Not needed for the first screen.
const ConnectionForm = later(async () => (await import("./ConnectionForm")).ConnectionForm);

/** The page: the list, or connecting another account. Where one is, is in the address. */
export function IntegrationsPage() {
  const texts = useTexts();
  const { isReadOnly } = useApi();
  const { place, goTo, arrival, arrive, dismiss, hasLeft } = useArrival();
  if (place.at === "connect" && !isReadOnly) {
    return (
      <LazyPart>
        <ConnectionForm
          marketplace={place.marketplace}
          fields={place.fields}
          onConnected={(connection) => arrive({ by: "key", connection })}
          onShow={(id) => arrive({ by: "link", id })}
        />
      </LazyPart>
    );
  }
  const connect = () => goTo({ at: "connect", marketplace: null });
  return (
    <Stack>
      <Group justify="space-between">
        <ViewTitle order={1} takesFocus={hasLeft && arrival === null}>
          {texts.list.title}
        </ViewTitle>
        {isReadOnly ? (
          <Text c="dimmed">{texts.list.readOnly}</Text>
        ) : (
          <Button onClick={connect}>{texts.form.title}</Button>
        )}
      </Group>
      <ArrivalNotice arrival={arrival} onDismiss={dismiss} onConnect={connect} />
      <ConnectionList highlighted={concerned(arrival)} />
    </Stack>
  );
}
