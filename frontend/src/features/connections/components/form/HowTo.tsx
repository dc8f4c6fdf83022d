import { Anchor, Stack, Text } from "@mantine/core";

import { Disclosure } from "../../../../components/Disclosure";
import { useTexts } from "../../../../texts/texts";
import type { AuthKind } from "../../api/types";

interface Props {
  kind: AuthKind;
  marketplaceName: string;
}

/** Where to find what the form asks for, or what comes next. */
export function HowTo({ kind, marketplaceName }: Props) {
  const texts = useTexts();
  const title = kind.method === "form" ? texts.form.howTo.key : texts.form.howTo.consent;
  return (
    <Disclosure title={title} initiallyOpen={kind.method === "consent"}>
      <Stack gap="xs">
        <Text size="sm">{kind.howTo}</Text>
        {kind.helpUrl && (
          <Anchor href={kind.helpUrl} target="_blank" rel="noopener noreferrer" size="sm" w="fit-content">
            {texts.form.helpLink(marketplaceName)}
          </Anchor>
        )}
      </Stack>
    </Disclosure>
  );
}
