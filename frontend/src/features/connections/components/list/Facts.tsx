import { dateAndTime, relativeTime } from "../../../../lib/format";
import { useNow } from "../../../../lib/use-now";
import { useTexts } from "../../../../texts/texts";
import type { Connection } from "../../api/types";
import { Clock } from "./Clock";
import classes from "./Facts.module.css";

/** When a connection was checked and used, and when it runs out. */
export function Facts({ connection }: { connection: Connection }) {
  const { language, list } = useTexts();
  const now = useNow();
  const { lastCheckedAt, lastSyncedAt, lastSyncOutcome, nextExpiry, status } = connection;
  const synced = lastSyncedAt ? relativeTime(lastSyncedAt, now, language) : list.facts.neverSynced;
  const hasEnded = status === "expired" || status === "disconnected";
  // Of access that has ended nothing is still to come, only what came.
  const isOver = nextExpiry ? Date.parse(nextExpiry.at) <= now : false;
  return (
    <dl className={classes["facts"]}>
      <div>
        <dt>{list.facts.checked}</dt>
        <dd>
          {lastCheckedAt ? (
            <time dateTime={lastCheckedAt} title={dateAndTime(lastCheckedAt, language)}>
              {relativeTime(lastCheckedAt, now, language)}
            </time>
          ) : (
            list.facts.neverChecked
          )}
        </dd>
      </div>
      <div>
        <dt>{list.facts.synced}</dt>
        <dd>
          {lastSyncedAt ? (
            <time dateTime={lastSyncedAt} title={dateAndTime(lastSyncedAt, language)}>
              {lastSyncOutcome === "failed" ? list.facts.syncFailed(synced) : synced}
            </time>
          ) : (
            synced
          )}
        </dd>
      </div>
      {(!hasEnded || isOver) && (
        <div>
          <dt>{list.facts.clock}</dt>
          <dd>{nextExpiry ? <Clock expiry={nextExpiry} /> : list.facts.noClock}</dd>
        </div>
      )}
    </dl>
  );
}
