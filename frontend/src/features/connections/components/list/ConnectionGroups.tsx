import { memo } from "react";

import { useTexts } from "../../../../texts/texts";
import type { Connection, MarketplaceDescriptor } from "../../api/types";
import type { Action } from "./condition";
import classes from "./ConnectionGroups.module.css";
import { ConnectionRow } from "./ConnectionRow";
import { group, type Bundle } from "./grouping";
import { AT_REST, type Origin, type RowState } from "./row-state";

/** From so many connections upward, the browser leaves out of account what is not in sight. */
const LONG = 50;

interface Props {
  connections: readonly Connection[];
  /** Whether groups have headings. */
  isGrouped: boolean;
  descriptors: readonly MarketplaceDescriptor[] | undefined;
  rows: ReadonlyMap<string, RowState>;
  isOnline: boolean;
  highlighted: readonly string[];
  namesOwners: boolean;
  onAction: (action: Action, connection: Connection, origin: Origin) => void;
  onDismiss: (id: string) => void;
}

/** The connections by marketplace, those of one consent together. */
export const ConnectionGroups = memo(function ConnectionGroups({
  connections,
  isGrouped,
  descriptors,
  rows,
  isOnline,
  highlighted,
  namesOwners,
  onAction,
  onDismiss,
}: Props) {
  const { list } = useTexts();
  const isLong = connections.length >= LONG || undefined;
  const row = (connection: Connection) => (
    <ConnectionRow
      key={connection.id}
      connection={connection}
      descriptors={descriptors}
      state={rows.get(connection.id) ?? AT_REST}
      isOnline={isOnline}
      isHighlighted={highlighted.includes(connection.id)}
      heading={isGrouped ? "h3" : "h2"}
      namesOwner={namesOwners}
      onAction={onAction}
      onDismiss={onDismiss}
    />
  );
  const bundle = ({ key, connections }: Bundle) => {
    const [only, ...others] = connections;
    if (only !== undefined && others.length === 0) {
      return row(only);
    }
    return (
      <li key={key} className={classes["consent"]}>
        <p id={`fluxori-consent-${key}`}>{list.consent(connections.length)}</p>
        <ul className={classes["rows"]} data-long={isLong} aria-labelledby={`fluxori-consent-${key}`}>
          {connections.map(row)}
        </ul>
      </li>
    );
  };
  return group(connections).map(({ marketplace, connections, bundles }) =>
    isGrouped ? (
      <section
        key={marketplace}
        className={classes["group"]}
        aria-labelledby={`fluxori-group-${marketplace}`}
      >
        <h2 id={`fluxori-group-${marketplace}`}>
          {list.marketplaces[marketplace]}{" "}
          <span className={classes["count"]}>{list.groupCount(connections.length)}</span>
        </h2>
        <ul className={classes["rows"]} data-long={isLong}>
          {bundles.map(bundle)}
        </ul>
      </section>
    ) : (
      <ul key={marketplace} className={classes["rows"]} data-long={isLong} aria-label={list.title}>
        {bundles.map(bundle)}
      </ul>
    ),
  );
});
