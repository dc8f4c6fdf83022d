import { Alert, Text } from "@mantine/core";

import { CheckIcon } from "../../../../components/icons/CheckIcon";
import { AlertIcon } from "../../../../components/icons/AlertIcon";
import { ProblemNotice } from "../../../../components/ProblemNotice";
import { useNow } from "../../../../lib/use-now";
import { useTexts } from "../../../../texts/texts";
import type { Connection } from "../../api/types";
import type { DirectAction, Outcome } from "./row-state";
import { testWords } from "./test-words";

interface Props {
  connection: Connection;
  outcome: Outcome;
  onRetry: (action: DirectAction) => void;
  onDismiss: () => void;
}

/** How the last action on a connection ended, beneath it. */
export function RowOutcome({ connection, outcome, onRetry, onDismiss }: Props) {
  const texts = useTexts();
  const now = useNow();
  if (outcome.kind === "failed") {
    return (
      <ProblemNotice
        error={outcome.error}
        title={texts.list.actions.failed[outcome.action]}
        onRetry={() => onRetry(outcome.action)}
      />
    );
  }
  const isGood = outcome.test.outcome === "ok";
  return (
    <Alert
      // Read aloud by the live region of the list, which was there before.
      role="note"
      color={isGood ? "green" : "orange"}
      icon={isGood ? <CheckIcon /> : <AlertIcon />}
      p="xs"
      withCloseButton
      closeButtonLabel={texts.list.actions.dismiss}
      onClose={onDismiss}
    >
      <Text size="sm">{testWords(connection, outcome.test, texts, now)}</Text>
    </Alert>
  );
}
