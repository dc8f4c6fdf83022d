import { Anchor, List } from "@mantine/core";

import { Disclosure } from "../../../../components/Disclosure";
import { useTexts } from "../../../../texts/texts";
import type { AuthKind } from "../../api/types";
import { NotSetUp } from "./NotSetUp";

interface Props {
  kinds: AuthKind[];
  onChoose: (kind: AuthKind) => void;
}

/** The ways to connect that are not shown, best first, out of the way. */
export function OtherWays({ kinds, onChoose }: Props) {
  const texts = useTexts();
  if (kinds.length === 0) {
    return null;
  }
  return (
    <Disclosure title={texts.form.otherWays}>
      <List spacing="xs">
        {kinds.map((kind) => (
          <List.Item key={kind.title}>
            {kind.configured ? (
              <Anchor component="button" type="button" onClick={() => onChoose(kind)}>
                {kind.title}
              </Anchor>
            ) : (
              <>
                {kind.title}
                <NotSetUp kind={kind} />
              </>
            )}
          </List.Item>
        ))}
      </List>
    </Disclosure>
  );
}
