import type { ReactNode } from "react";

import { ProblemNotice } from "../../../../components/ProblemNotice";
import { ApiProblem } from "../../../../lib/problem";
import { useTexts } from "../../../../texts/texts";
import { ownAddress } from "../../navigation/location";
import { FieldsRefused } from "./FieldsRefused";
import { NotConfirmed } from "./NotConfirmed";
import { RefusalAlert } from "./RefusalAlert";

interface Props {
  error: unknown;
  /** What did not happen. */
  title: string;
  marketplaceName: string;
  /** Names of the fields that are drawn: what is wrong with them stands beside them. */
  drawn: string[];
  /** Shown instead, by kind of problem. */
  special?: Record<string, ((problem: ApiProblem) => ReactNode) | undefined>;
  /** Beside an answer of the marketplace that says nothing about the key. */
  whenUndecided?: ReactNode;
}

/** Why the server or the marketplace did not do it, and what to do next. */
export function Refusal(props: Props) {
  if (props.error === null) {
    return null;
  }
  // Takes the focus when no field is to blame.
  return (
    <div data-refusal tabIndex={-1}>
      <Words {...props} />
    </div>
  );
}

function Words({ error, title, marketplaceName, drawn, special = {}, whenUndecided }: Props) {
  const texts = useTexts();
  if (!(error instanceof ApiProblem)) {
    return <ProblemNotice error={error} title={title} />;
  }
  const shown = special[error.kind]?.(error);
  if (shown !== undefined) {
    return shown;
  }
  switch (error.kind) {
    case "credential-not-confirmed":
      return (
        <NotConfirmed problem={error} marketplaceName={marketplaceName}>
          {whenUndecided}
        </NotConfirmed>
      );
    case "validation-failed":
      return error.fieldMessage("returnTo") === undefined ? (
        <FieldsRefused problem={error} drawn={drawn} />
      ) : (
        <RefusalAlert title={title}>{texts.form.returnAddress(ownAddress())}</RefusalAlert>
      );
    case "not-configured":
      return <RefusalAlert title={title}>{texts.form.notSetUp(marketplaceName)}</RefusalAlert>;
    case "not-supported":
      return <RefusalAlert title={title}>{texts.form.notSupported}</RefusalAlert>;
    case "idempotency-in-flight":
      return <RefusalAlert title={title}>{texts.form.stillRunning}</RefusalAlert>;
    case "idempotency-mismatch":
      return <RefusalAlert title={title}>{texts.form.changedSince}</RefusalAlert>;
    default:
      return <ProblemNotice error={error} title={title} />;
  }
}
