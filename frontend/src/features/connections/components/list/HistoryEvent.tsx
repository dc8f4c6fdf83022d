import { dateAndTime, relativeTime } from "../../../../lib/format";
import { useNow } from "../../../../lib/use-now";
import { useTexts } from "../../../../texts/texts";
import type { ConnectionEvent } from "../../api/types";
import classes from "./History.module.css";

interface Props {
  event: ConnectionEvent;
}

/** One entry of the history: what, by which program, how it ended, when, in which request. */
export function HistoryEvent({ event }: Props) {
  const texts = useTexts();
  const words = texts.list.history;
  const now = useNow();
  const { kind, service, purpose, occurrences, outcome, requestId, at } = event;
  const circumstances = [words.by(service), ...(purpose ? [words.purpose(purpose)] : [])].join(" ");
  return (
    <li className={classes["event"]}>
      <p className={classes["what"]}>
        <strong>{words.kinds[kind]}</strong> {circumstances}
        {occurrences > 1 && <>, {words.times(occurrences)}</>}
      </p>
      {outcome && <p className={classes["outcome"]}>{words.outcomes[outcome]}</p>}
      <p className={classes["when"]}>
        <time dateTime={at}>
          {dateAndTime(at, texts.language)} ({relativeTime(at, now, texts.language)})
        </time>
      </p>
      {requestId && <p className={classes["request"]}>{words.request(requestId)}</p>}
    </li>
  );
}
