import type { FormField } from "../../api/types";
import { CredentialField } from "./CredentialField";

interface Props {
  fields: FormField[];
  errorOf: (field: string) => string | undefined;
  /** Field name → what the marketplace filled in. */
  initial?: Record<string, string>;
  /** The first line of choices that may be left open. */
  unset?: string;
}

/** The fields of a way to connect, in the order of its descriptor. */
export function CredentialFields({ fields, errorOf, initial = {}, unset }: Props) {
  return fields.map((field) => (
    <CredentialField
      key={field.name}
      field={field}
      error={errorOf(field.name)}
      initial={initial[field.name]}
      unset={unset}
    />
  ));
}
