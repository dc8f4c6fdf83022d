import { Button, Group, List, Stack, Text } from "@mantine/core";

import { useFocusOnMount } from "../../../../components/use-focus-on-mount";
import { useTexts } from "../../../../texts/texts";
import type { TransferItem } from "../../api/types";

interface Props {
  items: readonly TransferItem[];
  to: string;
  /** What the connections were called. */
  labels: ReadonlyMap<string, string>;
  onClose: () => void;
}

/** How many went, and why the others stayed. */
export function HandedOver({ items, to, labels, onClose }: Props) {
  const words = useTexts().list.handOver;
  const outcome = useFocusOnMount<HTMLParagraphElement>();
  const stayed = items.filter(({ result }) => result !== "transferred");
  return (
    <Stack>
      <Text ref={outcome} tabIndex={-1} fw={600} style={{ outline: "none" }}>
        {words.done(items.length - stayed.length, to)}
      </Text>
      {stayed.length > 0 && (
        <>
          <Text>{words.stayed}</Text>
          <List>
            {stayed.map(({ connectionId, result }) => (
              <List.Item key={connectionId}>
                {labels.get(connectionId) ?? connectionId}: {words.results[result]}
              </List.Item>
            ))}
          </List>
        </>
      )}
      <Group justify="flex-end">
        <Button onClick={onClose}>{words.close}</Button>
      </Group>
    </Stack>
  );
}
