import { Checkbox, TextInput } from "@mantine/core";

import { useTexts } from "../../../../texts/texts";

interface Props {
  marketplaceName: string;
  labelError: string | undefined;
}

/** What the seller calls the connection, and whether it is the default one. */
export function NamingFields({ marketplaceName, labelError }: Props) {
  const texts = useTexts();
  return (
    <>
      <TextInput
        name="label"
        label={texts.form.optional(texts.form.label)}
        description={texts.form.labelHelp}
        error={labelError}
        maxLength={100}
        autoComplete="off"
      />
      <Checkbox
        name="makeDefault"
        label={texts.form.makeDefault}
        description={texts.form.makeDefaultHelp(marketplaceName)}
      />
    </>
  );
}
