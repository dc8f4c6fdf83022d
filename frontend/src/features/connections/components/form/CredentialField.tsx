import { NativeSelect } from "@mantine/core";

import { CheckedInput } from "../../../../components/CheckedInput";
import { SecretInput } from "../../../../components/SecretInput";
import { useTexts } from "../../../../texts/texts";
import type { FormField } from "../../api/types";
import { inputName } from "./read-form";

interface Props {
  field: FormField;
  error: string | undefined;
  /** What the marketplace filled in; never into a secret. */
  initial?: string | undefined;
  /** The first line of a choice that may be left open. */
  unset?: string | undefined;
}

/** One field of a descriptor. */
export function CredentialField({ field, error, initial, unset }: Props) {
  const texts = useTexts();
  const shared = {
    name: inputName(field.name),
    label: field.required ? field.label : texts.form.optional(field.label),
    description: field.help,
    error,
    required: field.required,
  };
  switch (field.kind) {
    case "secret":
      return <SecretInput {...shared} usual={field.usual} />;
    case "text":
      return <CheckedInput {...shared} usual={field.usual} defaultValue={initial} autoComplete="off" />;
    case "choice":
      return (
        <NativeSelect
          {...shared}
          defaultValue={initial ?? ""}
          data={[
            { value: "", label: field.required ? texts.form.unchosen : (unset ?? texts.form.unset) },
            ...field.choices,
          ]}
        />
      );
  }
}
