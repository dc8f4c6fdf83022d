import type { ReactNode } from "react";

import { AlertIcon } from "../../../../components/icons/AlertIcon";
import { BanIcon } from "../../../../components/icons/BanIcon";
import { CheckIcon } from "../../../../components/icons/CheckIcon";
import { ClockIcon } from "../../../../components/icons/ClockIcon";
import { UnplugIcon } from "../../../../components/icons/UnplugIcon";
import { useTexts } from "../../../../texts/texts";
import type { ConnectionStatus } from "../../api/types";
import classes from "./StatusBadge.module.css";

const ICONS: Record<ConnectionStatus, ReactNode> = {
  pending: <ClockIcon />,
  connected: <CheckIcon />,
  error: <AlertIcon />,
  expired: <BanIcon />,
  disconnected: <UnplugIcon />,
};

/** A status in a word, with its sign. */
export function StatusBadge({ status }: { status: ConnectionStatus }) {
  const texts = useTexts();
  return (
    <span className={classes["badge"]} data-status={status}>
      {ICONS[status]}
      {texts.list.statuses[status]}
    </span>
  );
}
