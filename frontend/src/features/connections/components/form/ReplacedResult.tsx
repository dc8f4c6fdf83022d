import { Button, Stack, Text } from "@mantine/core";

import { ViewTitle } from "../../../../components/ViewTitle";
import { useNow } from "../../../../lib/use-now";
import { useTexts } from "../../../../texts/texts";
import type { ReplacedCredentials } from "../../api/types";
import { testWords } from "../list/test-words";
import { Warnings } from "./Warnings";

interface Props {
  replaced: ReplacedCredentials;
  onClose: () => void;
}

/** A key was replaced: what its test found. */
export function ReplacedResult({ replaced, onClose }: Props) {
  const texts = useTexts();
  const now = useNow();
  return (
    <Stack>
      <ViewTitle order={3} size="h5">
        {texts.form.replace.done}
      </ViewTitle>
      <Text size="sm" role="status">
        {testWords(replaced, replaced.test, texts, now)}
      </Text>
      <Warnings warnings={replaced.warnings} />
      <Button onClick={onClose} w="fit-content">
        {texts.common.close}
      </Button>
    </Stack>
  );
}
