import { Stack, Text } from "@mantine/core";

import { LazyPart } from "../../../components/LazyPart";
import { ViewTitle } from "../../../components/ViewTitle";
import { useApi } from "../../../lib/api-context";
import { later } from "../../../lib/later";
import { useTexts } from "../../../texts/texts";
import { reachable, titleOf } from "../navigation/reachable";
import { ConnectionList } from "./ConnectionList";
import { concerned } from "./form/arrival";
import { ArrivalNotice } from "./form/ArrivalNotice";
import { useArrival } from "./form/useArrival";
import { ListHeader } from "./list/ListHeader";
import { Places } from "./Places";

// Not needed for the first screen.
const ConnectionForm = later(async () => (await import("./ConnectionForm")).ConnectionForm);
const OrganizationTrail = later(async () => (await import("./OrganizationTrail")).OrganizationTrail);

/** The page: a list, connecting another account, or what happened. Where one is, is in the address. */
export function IntegrationsPage() {
  const texts = useTexts();
  const { rights } = useApi();
  const { place: wished, goTo, arrival, arrive, dismiss, hasLeft } = useArrival();
  const place = reachable(wished, rights);
  const title = titleOf(place, texts);
  if (rights.see === "none" && rights.audit === "none") {
    return (
      <Stack>
        <ViewTitle order={1} takesFocus={false}>
          {texts.list.noUse.title}
        </ViewTitle>
        <Text>{texts.list.noUse.text}</Text>
      </Stack>
    );
  }
  if (place.at === "connect") {
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
  if (place.at === "trail") {
    return (
      <Stack>
        <Places place={place} />
        <ViewTitle key={title} order={1} takesFocus={hasLeft}>
          {title}
        </ViewTitle>
        <LazyPart>
          <OrganizationTrail />
        </LazyPart>
      </Stack>
    );
  }
  const connect = () => goTo({ at: "connect", marketplace: null });
  return (
    <Stack>
      <Places place={place} />
      <ListHeader
        key={title}
        title={title}
        takesFocus={hasLeft && arrival === null}
        whose={place.whose}
        onConnect={connect}
      />
      <ArrivalNotice arrival={arrival} onDismiss={dismiss} onConnect={connect} />
      <ConnectionList key={place.whose} whose={place.whose} highlighted={concerned(arrival)} />
    </Stack>
  );
}
