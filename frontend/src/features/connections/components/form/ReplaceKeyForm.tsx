import { Button, Group, Stack, Text } from "@mantine/core";
import { useRef, useState, type SyntheticEvent } from "react";

import { ApiProblem } from "../../../../lib/problem";
import { useTexts } from "../../../../texts/texts";
import type {
  AuthKind,
  Connection,
  FormField,
  MarketplaceDescriptor,
  ReplacedCredentials,
} from "../../api/types";
import { useReplaceCredentials } from "../../hooks/useReplaceCredentials";
import { usePlace } from "../../navigation/location";
import { CredentialFields } from "./CredentialFields";
import { HowTo } from "./HowTo";
import { clearSecrets, faultsOf, readForm, type Faults } from "./read-form";
import { Refusal } from "./Refusal";
import { RefusalAlert } from "./RefusalAlert";
import { useFocusFaults } from "./use-focus-faults";

interface Props {
  connection: Connection;
  marketplace: MarketplaceDescriptor;
  kind: AuthKind;
  onReplaced: (replaced: ReplacedCredentials) => void;
  onClose: () => void;
}

/** What says which account it is stays as it is: the server knows it. */
const isReplaceable = ({ kind, required }: FormField) =>
  kind === "secret" || (kind === "choice" && !required);

/** The new key of a connection. The old one stays in force until the marketplace has confirmed this one. */
export function ReplaceKeyForm({ connection, marketplace, kind, onReplaced, onClose }: Props) {
  const texts = useTexts();
  const { go } = usePlace();
  const form = useRef<HTMLFormElement>(null);
  const { submit, isPending, error, reset } = useReplaceCredentials(connection.id);
  const [faults, setFaults] = useState<Faults>({});
  useFocusFaults(form, [error, faults]);

  const problem = error instanceof ApiProblem ? error : null;
  const fields = kind.fields.filter(isReplaceable);
  const onSubmit = async (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    const element = event.currentTarget;
    const { values } = readForm(element);
    const found = faultsOf(fields, values, texts);
    reset();
    setFaults(found);
    if (Object.keys(found).length > 0) {
      return;
    }
    const replaced = await submit(values);
    if (replaced) {
      clearSecrets(element);
      onReplaced(replaced);
    }
  };
  const connectAsNew = () => {
    onClose();
    go({ at: "connect", marketplace: connection.marketplace });
  };

  return (
    <form ref={form} method="post" noValidate autoComplete="off" aria-busy={isPending} onSubmit={onSubmit}>
      <Stack>
        <Text size="sm">{texts.form.replace.intro(marketplace.name)}</Text>
        <HowTo kind={kind} marketplaceName={marketplace.name} />
        <CredentialFields
          fields={fields}
          errorOf={(name) => faults[name] ?? problem?.fieldMessage(name)}
          unset={texts.form.unchanged}
        />
        <Refusal
          error={error}
          title={texts.form.notReplaced}
          marketplaceName={marketplace.name}
          drawn={fields.map(({ name }) => name)}
          special={{
            "other-account": () => (
              <RefusalAlert
                title={texts.form.other.title}
                actions={
                  <Button size="xs" variant="default" onClick={connectAsNew}>
                    {texts.form.other.asNew}
                  </Button>
                }
              >
                {texts.form.other.replace(connection.account.name ?? connection.label)}
              </RefusalAlert>
            ),
          }}
        />
        <Text size="sm" c="dimmed">
          {texts.form.keySafe}
        </Text>
        <Group>
          <Button type="submit" loading={isPending}>
            {texts.form.replace.submit}
          </Button>
          <Button variant="default" onClick={onClose}>
            {texts.common.cancel}
          </Button>
        </Group>
        <Text size="sm" role="status">
          {isPending ? texts.form.testing(marketplace.name) : ""}
        </Text>
      </Stack>
    </form>
  );
}
