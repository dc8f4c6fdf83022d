import { Button, Code, CopyButton, Group, Modal, Stack, Text } from "@mantine/core";

import { useTexts } from "../../../../texts/texts";
import type { Connection } from "../../api/types";

interface Props {
  connection: Connection;
  /** What the operator has to set, if that is known. */
  missingSettings: readonly string[];
  onClose: () => void;
}

/** What the operator needs to know to mend a connection, to be sent to them. */
export function OperatorDialog({ connection, missingSettings, onClose }: Props) {
  const texts = useTexts();
  const words = texts.list.operator;
  const lines = [
    words.lines({
      marketplace: connection.marketplace,
      id: connection.id,
      reason: `${connection.status}, ${connection.statusReason ?? "-"}`,
      checkedAt: connection.lastCheckedAt ?? "-",
    }),
    ...(missingSettings.length > 0 ? [words.missing(missingSettings.join(", "))] : []),
  ].join("\n");
  return (
    <Modal
      opened
      onClose={onClose}
      title={words.title}
      size="lg"
      closeButtonProps={{ "aria-label": texts.common.close }}
    >
      <Stack>
        <Text size="sm">{words.text}</Text>
        <Code block>{lines}</Code>
        <Group justify="flex-end">
          <CopyButton value={lines}>
            {({ copied, copy }) => (
              <Button onClick={copy} data-autofocus>
                <span aria-live="polite">{copied ? words.copied : words.copy}</span>
              </Button>
            )}
          </CopyButton>
        </Group>
      </Stack>
    </Modal>
  );
}
