import { Text } from "@mantine/core";

import { useTexts } from "../../../../texts/texts";
import type { AuthKind } from "../../api/types";

/** What the operator has to set before a way to connect works. */
export function NotSetUp({ kind }: { kind: AuthKind }) {
  const texts = useTexts();
  return (
    <Text component="span" display="block" size="sm" style={{ overflowWrap: "anywhere" }}>
      <Text component="span" fw={600} size="sm">
        {texts.form.notConfigured}.
      </Text>{" "}
      {texts.form.missing(kind.missingSettings)}
    </Text>
  );
}
