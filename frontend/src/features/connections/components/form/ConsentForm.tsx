import { Button, Stack, Text } from "@mantine/core";
import { useEffect, useRef, useState, type SyntheticEvent } from "react";

import { Disclosure } from "../../../../components/Disclosure";
import { ApiProblem } from "../../../../lib/problem";
import { useTexts } from "../../../../texts/texts";
import type { AuthKind, MarketplaceDescriptor } from "../../api/types";
import { useAuthorize } from "../../hooks/useConsent";
import { CredentialFields } from "./CredentialFields";
import { NamingFields } from "./NamingFields";
import { faultsOf, readForm, type Faults } from "./read-form";
import { Refusal } from "./Refusal";
import { useFocusFaults } from "./use-focus-faults";

interface Props {
  marketplace: MarketplaceDescriptor;
  kind: AuthKind;
  /** Field name → what the marketplace filled in, where the seller began there. What is not drawn is passed on. */
  initial: Record<string, string>;
}

/** Leaves for the consent page of a marketplace. */
export function ConsentForm({ marketplace, kind, initial }: Props) {
  const texts = useTexts();
  const form = useRef<HTMLFormElement>(null);
  const { mutate, isPending, isSuccess, error, reset } = useAuthorize();
  const [faults, setFaults] = useState<Faults>({});
  useFocusFaults(form, [error, faults]);

  // Whoever comes back by the back button finds the page as it was left: leaving is over then.
  useEffect(() => {
    const onPageShow = (event: PageTransitionEvent) => {
      if (event.persisted) {
        reset();
      }
    };
    window.addEventListener("pageshow", onPageShow);
    return () => window.removeEventListener("pageshow", onPageShow);
  }, [reset]);

  const problem = error instanceof ApiProblem ? error : null;
  const isLeaving = isPending || isSuccess;
  // A marketplace that filled something in has decided what may be left open.
  const isStarted = Object.keys(initial).length > 0;
  const fields = kind.fields.filter(({ name, required }) => !isStarted || required || name in initial);
  const drawn = fields.map(({ name }) => name);

  const onSubmit = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    const { values, label, makeDefault } = readForm(event.currentTarget);
    const hidden = Object.entries(initial).filter(([name]) => !drawn.includes(name));
    const found = faultsOf(fields, values, texts);
    reset();
    setFaults(found);
    if (Object.keys(found).length === 0) {
      mutate({
        marketplace: marketplace.marketplace,
        fields: { ...Object.fromEntries(hidden), ...values },
        label,
        makeDefault,
      });
    }
  };

  return (
    <form ref={form} method="post" noValidate autoComplete="off" aria-busy={isLeaving} onSubmit={onSubmit}>
      <Stack>
        {isStarted && <Text>{texts.form.startedThere(marketplace.name)}</Text>}
        <CredentialFields
          fields={fields}
          errorOf={(name) => faults[name] ?? problem?.fieldMessage(name)}
          initial={initial}
        />
        <Disclosure title={texts.form.naming}>
          <Stack>
            <NamingFields marketplaceName={marketplace.name} labelError={problem?.fieldMessage("label")} />
          </Stack>
        </Disclosure>
        <Refusal
          error={error}
          title={texts.form.refused}
          marketplaceName={marketplace.name}
          drawn={["label", ...drawn]}
        />
        <Text size="sm" c="dimmed">
          {texts.form.leaving(marketplace.name)}
        </Text>
        <Button type="submit" loading={isLeaving} w="fit-content">
          {texts.form.goTo(marketplace.name)}
        </Button>
        <Text size="sm" role="status">
          {isLeaving ? texts.form.going(marketplace.name) : ""}
        </Text>
      </Stack>
    </form>
  );
}
