import { Stack } from "@mantine/core";
import type { ReactNode } from "react";

import { dateAndTime, relativeTime } from "../../../../lib/format";
import type { ApiProblem } from "../../../../lib/problem";
import { useNow } from "../../../../lib/use-now";
import { useTexts } from "../../../../texts/texts";
import type { OutcomeClass } from "../../api/types";
import { RefusalAlert } from "./RefusalAlert";

/** With these the marketplace said nothing about the key. */
const UNDECIDED: readonly OutcomeClass[] = ["throttled", "transient", "edge_blocked"];

interface Props {
  problem: ApiProblem;
  marketplaceName: string;
  /** What can be done although the marketplace does not answer. */
  children: ReactNode;
}

/** The marketplace did not confirm a key: what that means, and what to do. */
export function NotConfirmed({ problem, marketplaceName, children }: Props) {
  const texts = useTexts();
  const now = useNow();
  const { outcome, retryAt } = problem.document;
  const isUndecided = UNDECIDED.includes(outcome ?? "bug");
  const words = texts.form.outcome[outcome ?? "bug"];
  return (
    <RefusalAlert
      title={words.title(marketplaceName)}
      gentle={isUndecided}
      {...(isUndecided && children ? { actions: children } : {})}
    >
      <Stack gap="xs">
        <span>{words.next(marketplaceName)}</span>
        {retryAt && (
          <span>
            {texts.form.waitUntil(
              dateAndTime(retryAt, texts.language),
              relativeTime(retryAt, now, texts.language),
            )}
          </span>
        )}
      </Stack>
    </RefusalAlert>
  );
}
