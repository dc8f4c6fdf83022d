import { List, Text } from "@mantine/core";

import { useTexts } from "../../../../texts/texts";
import type { CreatedConnection } from "../../api/types";

/** What looks wrong about a key that works. */
export function Warnings({ warnings }: { warnings: CreatedConnection["warnings"] }) {
  const texts = useTexts();
  if (warnings.length === 0) {
    return null;
  }
  return (
    <>
      <Text size="sm" fw={600}>
        {texts.form.returned.warnings}
      </Text>
      <List size="sm">
        {warnings.map(({ field, message }) => (
          <List.Item key={field + message}>{message}</List.Item>
        ))}
      </List>
    </>
  );
}
