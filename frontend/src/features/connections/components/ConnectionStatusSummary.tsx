import { Skeleton } from "@mantine/core";
import { useId } from "react";

import { ProblemNotice } from "../../../components/ProblemNotice";
import { useTexts } from "../../../texts/texts";
import type { ConnectionStatus } from "../api/types";
import { useConnectionSummary } from "../hooks/useConnectionSummary";
import { useOnline } from "../hooks/useOnline";
import classes from "./ConnectionStatusSummary.module.css";
import { Clock } from "./list/Clock";
import { StatusBadge } from "./list/StatusBadge";

/** What needs a hand comes first. */
const ORDER: readonly ConnectionStatus[] = ["expired", "disconnected", "error", "pending", "connected"];

/** How many connections are in which state, and what runs out next. */
export function ConnectionStatusSummary() {
  const { list } = useTexts();
  const words = list.summary;
  const heading = useId();
  const isOnline = useOnline();
  const { data, error, isFetching, refetch } = useConnectionSummary();
  const next = data?.nextExpiry;
  return (
    <section className={classes["summary"]} aria-labelledby={heading}>
      <h2 id={heading}>{words.title}</h2>
      {!data && !error && isOnline && <Skeleton height={72} role="status" aria-label={words.loading} />}
      {!isOnline && <p role="status">{list.offline.title}</p>}
      <ProblemNotice
        error={error}
        title={words.failed}
        isRetrying={isFetching}
        onRetry={() => void refetch()}
      />
      {data && <p>{words.total(data.total)}</p>}
      {data && data.total > 0 && (
        <ul className={classes["counts"]}>
          {ORDER.filter((status) => data.byStatus[status] > 0).map((status) => (
            <li key={status}>
              <span className={classes["count"]}>{data.byStatus[status]}</span>{" "}
              <StatusBadge status={status} />
            </li>
          ))}
        </ul>
      )}
      {data && data.total > 0 && (
        <p>
          {next ? (
            <>
              <strong>{words.nextOf(next.label, list.marketplaces[next.marketplace])}</strong>{" "}
              <Clock expiry={next} />
            </>
          ) : (
            words.nextNone
          )}
        </p>
      )}
    </section>
  );
}
