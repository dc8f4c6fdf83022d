import { Button } from "@mantine/core";

import { useTexts } from "../../../../texts/texts";
import type { AuthType, ReplacedCredentials } from "../../api/types";
import { useConnection } from "../../hooks/useConnection";
import { useReplaceCredentials } from "../../hooks/useReplaceCredentials";
import { Refusal } from "./Refusal";
import { RefusalAlert } from "./RefusalAlert";

interface Props {
  /** The connection that the account has. */
  existing: string;
  /** What the key in the form is; a connection of another kind cannot take it. */
  authType: AuthType;
  marketplaceName: string;
  /** Reads the key that was just refused, once more. */
  readCredentials: () => Record<string, string>;
  onReplaced: (replaced: ReplacedCredentials) => void;
  onShow: (id: string) => void;
}

/** The account is connected already: its connection can be given the new key, which is still in the form. */
export function Duplicate({
  existing,
  authType,
  marketplaceName,
  readCredentials,
  onReplaced,
  onShow,
}: Props) {
  const texts = useTexts();
  const { data } = useConnection(existing);
  const takesIt = data?.authType === authType;
  const { submit, isPending, error } = useReplaceCredentials(existing);
  const replace = async () => {
    const replaced = await submit(readCredentials());
    if (replaced) {
      onReplaced(replaced);
    }
  };
  return (
    <>
      <RefusalAlert
        gentle
        title={texts.form.duplicate.title}
        actions={
          <>
            {takesIt && (
              <Button size="xs" onClick={replace} loading={isPending}>
                {texts.form.duplicate.replace}
              </Button>
            )}
            <Button size="xs" variant="default" onClick={() => onShow(existing)}>
              {texts.form.duplicate.show}
            </Button>
          </>
        }
      >
        {data ? texts.form.duplicate.text(data.label) : texts.form.duplicate.textUnnamed}{" "}
        {takesIt && texts.form.duplicate.takesIt}
      </RefusalAlert>
      <Refusal error={error} title={texts.form.notReplaced} marketplaceName={marketplaceName} drawn={[]} />
    </>
  );
}
