import { Button } from "@mantine/core";
import { memo } from "react";

import { MarketplaceMark } from "../../../../components/MarketplaceMark";
import { useApi } from "../../../../lib/api-context";
import { useTexts } from "../../../../texts/texts";
import type { Connection, MarketplaceDescriptor } from "../../api/types";
import { conditionOf, missingSettings, type Action } from "./condition";
import classes from "./ConnectionRow.module.css";
import { Facts } from "./Facts";
import { elementId, type Origin, type RowState } from "./row-state";
import { RowMenu } from "./RowMenu";
import { RowOutcome } from "./RowOutcome";
import { StatusBadge } from "./StatusBadge";

interface Props {
  connection: Connection;
  descriptors: readonly MarketplaceDescriptor[] | undefined;
  state: RowState;
  isOnline: boolean;
  isHighlighted: boolean;
  /** Which heading its name is: below that of its group, if there is one. */
  heading: "h2" | "h3";
  namesOwner: boolean;
  onAction: (action: Action, connection: Connection, origin: Origin) => void;
  onDismiss: (id: string) => void;
}

/** One connection: what it is, how it is, what to do. */
export const ConnectionRow = memo(function ConnectionRow({
  connection,
  descriptors,
  state,
  isOnline,
  isHighlighted,
  heading: Heading,
  namesOwner,
  onAction,
  onDismiss,
}: Props) {
  const texts = useTexts();
  const { rights } = useApi();
  const words = texts.list.actions;
  const { id, marketplace, label, account } = connection;
  const missing = missingSettings(connection, descriptors);
  const condition = conditionOf(connection, texts, missing);
  const step = rights.change === "none" ? null : condition.step;
  const accountId = account.id ? texts.list.accountNumber(account.id) : null;
  const busyWord =
    state.busy === "reconnect" ? words.leaving(texts.list.marketplaces[marketplace]) : words.testing;
  return (
    <li
      id={elementId("row", id)}
      className={classes["row"]}
      tabIndex={-1}
      data-highlighted={isHighlighted || undefined}
      aria-busy={state.busy !== null}
    >
      <div className={classes["mark"]}>
        <MarketplaceMark marketplace={marketplace} label={texts.list.marketplaces[marketplace]} />
      </div>
      <div className={classes["what"]}>
        <div className={classes["name"]}>
          <Heading>{label}</Heading>
          {connection.isDefault && (
            <span className={classes["default"]} title={texts.list.isDefaultHelp}>
              {texts.list.isDefault}
            </span>
          )}
          <StatusBadge status={connection.status} />
        </div>
        <p className={classes["account"]}>
          {account.name && account.name !== label && <span>{account.name}</span>}
          <span>{accountId ?? texts.list.accountUnknown}</span>
          {namesOwner && <span>{texts.list.everybody.owner(connection.user)}</span>}
        </p>
        {condition.text !== null && <p className={classes["reason"]}>{condition.text}</p>}
        {step !== null && (
          <Button
            id={elementId("step", id)}
            className={classes["step"] ?? ""}
            size="xs"
            variant="default"
            loading={state.busy !== null}
            disabled={!isOnline}
            title={isOnline ? undefined : words.offline}
            aria-label={words.of(words[step], label)}
            onClick={() => onAction(step, connection, "step")}
          >
            {words[step]}
          </Button>
        )}
        {state.busy !== null && step === null && <p className={classes["busy"]}>{busyWord}</p>}
        <Facts connection={connection} />
        {state.outcome !== null && (
          <RowOutcome
            connection={connection}
            outcome={state.outcome}
            onRetry={(action) => onAction(action, connection, "menu")}
            onDismiss={() => onDismiss(id)}
          />
        )}
      </div>
      <RowMenu
        connection={connection}
        blocked={!isOnline ? words.offline : state.busy !== null ? words.busy : null}
        unmendable={missing.length > 0 ? words.notConfigured : null}
        onAction={(action) => onAction(action, connection, "menu")}
      />
    </li>
  );
});
