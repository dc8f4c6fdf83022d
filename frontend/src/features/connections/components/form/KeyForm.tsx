import { Button, Stack, Text } from "@mantine/core";
import { useRef, useState, type SyntheticEvent } from "react";

import { ApiProblem } from "../../../../lib/problem";
import { useTexts } from "../../../../texts/texts";
import type {
  AuthKind,
  CreatedConnection,
  MarketplaceDescriptor,
  ReplacedCredentials,
  CreateConnectionRequest,
} from "../../api/types";
import { useCreateConnection } from "../../hooks/useCreateConnection";
import { ACCOUNT_FIELD, AccountChoice, type Choices } from "./AccountChoice";
import { CredentialFields } from "./CredentialFields";
import { Duplicate } from "./Duplicate";
import { NamingFields } from "./NamingFields";
import { clearSecrets, faultsOf, readForm, type Faults } from "./read-form";
import { Refusal } from "./Refusal";
import { RefusalAlert } from "./RefusalAlert";
import { useFocusFaults } from "./use-focus-faults";

interface Props {
  marketplace: MarketplaceDescriptor;
  kind: AuthKind;
  /** Field name → what the marketplace filled in. */
  initial: Record<string, string>;
  onConnected: (connection: CreatedConnection | ReplacedCredentials) => void;
  /** Shows a connection that is there already. */
  onShow: (id: string) => void;
}

/** Connects with a key. The inputs stay mounted until it has worked, so that nothing has to be remembered or typed twice. */
export function KeyForm({ marketplace, kind, initial, onConnected, onShow }: Props) {
  const texts = useTexts();
  const form = useRef<HTMLFormElement>(null);
  const { submit, isPending, error, reset } = useCreateConnection();
  const [faults, setFaults] = useState<Faults>({});
  const [choices, setChoices] = useState<Choices | null>(null);
  useFocusFaults(form, [error, faults]);

  const problem = error instanceof ApiProblem ? error : null;
  const [seen, setSeen] = useState(error);
  if (error !== seen) {
    setSeen(error);
    if (problem?.kind === "choice-required") {
      setChoices(problem.document.choices ?? null);
    }
  }
  const accountField = choices && ACCOUNT_FIELD[marketplace.marketplace];
  const fields = kind.fields.filter(({ name }) => name !== accountField);

  const finish = (element: HTMLFormElement, connection: CreatedConnection | ReplacedCredentials) => {
    clearSecrets(element);
    onConnected(connection);
  };
  const send = async (element: HTMLFormElement, verify: NonNullable<CreateConnectionRequest["verify"]>) => {
    const { values, label, makeDefault } = readForm(element);
    const found = faultsOf(fields, values, texts);
    reset();
    setFaults(found);
    if (Object.keys(found).length > 0) {
      return;
    }
    const created = await submit({
      marketplace: marketplace.marketplace,
      authType: kind.authType,
      credentials: values,
      label,
      makeDefault,
      verify,
    });
    if (created) {
      finish(element, created);
    }
  };
  const forgetChoices = () => {
    if (choices) {
      setChoices(null);
      reset();
    }
  };
  const onSubmit = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    return send(event.currentTarget, "require");
  };

  return (
    // Were this ever sent by the browser itself, nothing of it would be in an address.
    <form ref={form} method="post" noValidate autoComplete="off" aria-busy={isPending} onSubmit={onSubmit}>
      <Stack>
        {/* Another key reaches other accounts. */}
        <Stack onInput={forgetChoices}>
          <CredentialFields
            fields={fields}
            errorOf={(name) => faults[name] ?? problem?.fieldMessage(name)}
            initial={initial}
          />
        </Stack>
        {choices && accountField && <AccountChoice field={accountField} choices={choices} />}
        <NamingFields marketplaceName={marketplace.name} labelError={problem?.fieldMessage("label")} />
        <Refusal
          error={choices && problem?.kind === "choice-required" ? null : error}
          title={texts.form.refused}
          marketplaceName={marketplace.name}
          drawn={["label", ...fields.map(({ name }) => name)]}
          special={{
            "other-account": () => (
              <RefusalAlert title={texts.form.other.title}>{texts.form.other.create}</RefusalAlert>
            ),
            "already-connected": ({ document: { existingConnectionId } }) =>
              existingConnectionId ? (
                <Duplicate
                  existing={existingConnectionId}
                  authType={kind.authType}
                  marketplaceName={marketplace.name}
                  readCredentials={() => (form.current ? readForm(form.current).values : {})}
                  onReplaced={(replaced) => form.current && finish(form.current, replaced)}
                  onShow={onShow}
                />
              ) : undefined,
          }}
          whenUndecided={
            <Button
              size="xs"
              variant="default"
              onClick={() => form.current && send(form.current, "skip")}
              loading={isPending}
            >
              {texts.form.skip}
            </Button>
          }
        />
        <Text size="sm" c="dimmed">
          {texts.form.keySafe}
        </Text>
        <Button type="submit" loading={isPending} w="fit-content">
          {choices ? texts.form.choose.again : texts.form.test}
        </Button>
        <Text size="sm" role="status">
          {isPending ? texts.form.testing(marketplace.name) : ""}
        </Text>
      </Stack>
    </form>
  );
}
