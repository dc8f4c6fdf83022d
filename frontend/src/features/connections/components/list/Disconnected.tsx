import { Button, Group, Stack, Text } from "@mantine/core";
import { useId } from "react";

import { useTexts } from "../../../../texts/texts";
import type { DeletedConnection } from "../../api/types";

interface Props {
  result: DeletedConnection;
  onClose: () => void;
}

/** What became of an account at its marketplace, and what is left to do there. */
export function Disconnected({ result, onClose }: Props) {
  const texts = useTexts();
  const words = texts.list.disconnect;
  const described = useId();
  return (
    <Stack>
      <div id={described}>
        <Text size="sm">{words.results[result.revocation](texts.list.marketplaces[result.marketplace])}</Text>
        {result.revocation !== "done" && (
          <Text size="sm" mt="xs">
            {result.help}
          </Text>
        )}
      </div>
      <Group justify="flex-end">
        {/* The focus comes here, and with it the result is read aloud. */}
        <Button autoFocus aria-describedby={described} onClick={onClose}>
          {words.close}
        </Button>
      </Group>
    </Stack>
  );
}
