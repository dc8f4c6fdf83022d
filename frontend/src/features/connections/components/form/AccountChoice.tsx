import { Radio, Stack } from "@mantine/core";

import type { ProblemDocument } from "../../../../lib/problem";
import { useTexts } from "../../../../texts/texts";
import type { Marketplace } from "../../api/types";
import { inputName } from "./read-form";

export type Choices = NonNullable<ProblemDocument["choices"]>;

/** The field that names the account where a key reaches several. */
export const ACCOUNT_FIELD: Partial<Record<Marketplace, string>> = { xero: "tenantId" };

/** Which of the accounts that a key reaches. Takes the place of the field that names the account. */
export function AccountChoice({ field, choices }: { field: string; choices: Choices }) {
  const texts = useTexts();
  return (
    <Radio.Group
      name={inputName(field)}
      label={texts.form.choose.title}
      description={texts.form.choose.text}
      defaultValue={choices[0]?.id ?? null}
    >
      <Stack gap="xs" mt="xs">
        {choices.map(({ id, name }, index) => (
          <Radio
            key={id}
            value={id}
            label={name ?? texts.form.choose.unnamed(id)}
            data-refusal={index === 0 || undefined}
          />
        ))}
      </Stack>
    </Radio.Group>
  );
}
