import { dateAndTime, relativeTime } from "../../../../lib/format";
import { useNow } from "../../../../lib/use-now";
import { useTexts } from "../../../../texts/texts";
import type { ConnectionEvent } from "../../api/types";
import classes from "./History.module.css";

interface Props {
  event: ConnectionEvent;
  /** Whether to say to which connection it happened. */
  namesConnection: boolean;
}

/** One entry of the history: what, to which connection, by whom, how it ended, when, in which request. */
export function HistoryEvent({ event, namesConnection }: Props) {
  const texts = useTexts();
  const words = texts.list.history;
  const now = useNow();
  const { kind, service, purpose, occurrences, outcome, requestId, at, actor } = event;
  const circumstances = [
    words.by(service),
    ...(actor ? [words.actor(actor)] : []),
    ...(purpose ? [words.purpose(purpose)] : []),
  ].join(" ");
  return (
    <li className={classes["event"]}>
      <p className={classes["what"]}>
        <strong>{words.kinds[kind]}</strong> {circumstances}
        {occurrences > 1 && <>, {words.times(occurrences)}</>}
      </p>
      {namesConnection && (
        <p className={classes["outcome"]}>
          {words.connection(texts.list.marketplaces[event.marketplace], event.user)}
        </p>
      )}
      {outcome && <p className={classes["outcome"]}>{words.outcomes[outcome]}</p>}
      <p className={classes["when"]}>
        <time dateTime={at}>
          {dateAndTime(at, texts.language)} ({relativeTime(at, now, texts.language)})
        </time>
      </p>
      {namesConnection && <p className={classes["request"]}>{words.connectionId(event.connectionId)}</p>}
      {requestId && <p className={classes["request"]}>{words.request(requestId)}</p>}
    </li>
  );
}
