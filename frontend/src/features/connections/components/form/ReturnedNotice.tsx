import { Button, Text } from "@mantine/core";

import { useTexts, type Texts } from "../../../../texts/texts";
import type { ConsentResult, Place } from "../../navigation/location";
import { ConsentedNotice } from "./ConsentedNotice";
import { NoticeBox } from "./NoticeBox";

interface Props {
  place: Extract<Place, { at: "returned" }>;
  onDismiss: () => void;
  /** Begins again, with the choice of a marketplace. */
  onConnect: () => void;
}

/** How the way to a marketplace and back ended. */
export function ReturnedNotice({ place, onDismiss, onConnect }: Props) {
  const texts = useTexts();
  if (place.result === "connected") {
    return <ConsentedNotice ids={place.connections} onDismiss={onDismiss} />;
  }
  const { title, text } = wordsOf(place.result, place.reason, texts);
  return (
    <NoticeBox
      good={false}
      title={title}
      onDismiss={onDismiss}
      actions={
        <Button size="xs" variant="default" onClick={onConnect}>
          {place.result === "other_account" ? texts.form.returned.asNew : texts.form.returned.again}
        </Button>
      }
    >
      <Text size="sm">{text}</Text>
    </NoticeBox>
  );
}

function wordsOf(result: Exclude<ConsentResult, "connected">, reason: string | null, texts: Texts) {
  const words = texts.form.returned;
  if (result !== "refused") {
    return words[result];
  }
  // The address can say anything: only what is known is shown.
  const known = Object.entries(words.reason).find(([name]) => name === reason);
  return { title: words.refused, text: known?.[1] ?? words.reason.ok };
}
