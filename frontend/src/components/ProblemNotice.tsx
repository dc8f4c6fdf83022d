import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

import { relativeTime } from "../lib/format";
import { useNow } from "../lib/use-now";
import { useTexts } from "../texts/texts";
import { AlertIcon } from "./icons/AlertIcon";
import { problemWords } from "./problem-words";

interface Props {
  /** What was thrown; nothing is shown for `null` and `undefined`. */
  error: unknown;
  /** What was attempted and did not work, such as "The connections could not be loaded". */
  title?: string;
  onRetry?: () => void;
  isRetrying?: boolean;
  /** Further ways on, beside the button to try again. */
  actions?: ReactNode;
}

/** Says what went wrong and what to do, and says it aloud. */
export function ProblemNotice({ error, title, onRetry, isRetrying = false, actions }: Props) {
  const texts = useTexts();
  const now = useNow();
  if (error === null || error === undefined) {
    return null;
  }
  const { text, requestId, retryAt } = problemWords(error, texts);
  const waits = retryAt !== null && Date.parse(retryAt) > now;
  return (
    <Alert color="red" icon={<AlertIcon />} {...(title === undefined ? {} : { title })}>
      <Stack gap="xs">
        <Text size="sm">{text}</Text>
        {waits && (
          <Text size="sm">{texts.common.problem.retryAt(relativeTime(retryAt, now, texts.language))}</Text>
        )}
        {requestId !== null && (
          <Text size="xs" style={{ overflowWrap: "anywhere" }}>
            {texts.common.problem.requestId(requestId)}
          </Text>
        )}
        {(onRetry ?? actions) !== undefined && (
          <Group gap="xs">
            {onRetry && (
              <Button size="xs" variant="default" onClick={onRetry} loading={isRetrying}>
                {texts.common.retry}
              </Button>
            )}
            {actions}
          </Group>
        )}
      </Stack>
    </Alert>
  );
}
