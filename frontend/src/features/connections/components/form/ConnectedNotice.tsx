import { Text } from "@mantine/core";

import { useNow } from "../../../../lib/use-now";
import { useTexts } from "../../../../texts/texts";
import type { CreatedConnection, ReplacedCredentials } from "../../api/types";
import { testWords } from "../list/test-words";
import { NoticeBox } from "./NoticeBox";
import { Warnings } from "./Warnings";

interface Props {
  connection: CreatedConnection | ReplacedCredentials;
  onDismiss: () => void;
}

/** An account was connected with a key: what its test found, and what looks odd. */
export function ConnectedNotice({ connection, onDismiss }: Props) {
  const texts = useTexts();
  const now = useNow();
  const words = texts.form.returned;
  const { test, warnings, label } = connection;
  return (
    <NoticeBox good title={test ? words.connected(label) : words.untested(label)} onDismiss={onDismiss}>
      <Text size="sm">{test ? testWords(connection, test, texts, now) : words.untestedText}</Text>
      <Warnings warnings={warnings} />
    </NoticeBox>
  );
}
