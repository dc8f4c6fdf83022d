import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useState, type SubmitEvent } from "react";

import { ProblemNotice } from "../../../../components/ProblemNotice";
import { ApiProblem } from "../../../../lib/problem";
import { useTexts } from "../../../../texts/texts";
import type { Connection } from "../../api/types";
import { useRenameConnection } from "../../hooks/useRenameConnection";

interface Props {
  /** As it is now; its name changes with what others do. */
  connection: Connection;
  onClose: () => void;
  onRenamed: (label: string) => void;
}

const LONGEST = 100;

/** Gives a connection another name. */
export function RenameDialog({ connection, onClose, onRenamed }: Props) {
  const texts = useTexts();
  const words = texts.list.rename;
  const rename = useRenameConnection();
  const [before] = useState(connection.label);
  const [invalid, setInvalid] = useState<string | null>(null);
  const refusedField = rename.error instanceof ApiProblem ? rename.error.fieldMessage("label") : undefined;
  const isStale = rename.error instanceof ApiProblem && [409, 412].includes(rename.error.status);
  const isOther = isStale && connection.label !== before;

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget).get("label");
    const label = typeof typed === "string" ? typed.trim() : "";
    const wrong = label === "" ? words.empty : Array.from(label).length > LONGEST ? words.tooLong : null;
    setInvalid(wrong);
    if (wrong !== null || rename.isPending) {
      return;
    }
    if (label === connection.label) {
      onClose();
      return;
    }
    rename.mutate(
      { connection, label },
      {
        onSuccess: () => {
          onRenamed(label);
          onClose();
        },
      },
    );
  };

  return (
    <Modal
      opened
      onClose={onClose}
      title={words.title}
      closeButtonProps={{ "aria-label": texts.common.close }}
    >
      <form onSubmit={submit} noValidate>
        <Stack>
          <TextInput
            name="label"
            label={words.label}
            description={words.help}
            defaultValue={before}
            error={invalid ?? refusedField}
            autoComplete="off"
            data-autofocus
          />
          {refusedField === undefined && <ProblemNotice error={rename.error} title={words.failed} />}
          {isOther && <p>{words.changed(connection.label)}</p>}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {texts.common.cancel}
            </Button>
            <Button type="submit" loading={rename.isPending}>
              {words.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
