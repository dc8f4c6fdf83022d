import type { Texts } from "../../../../texts/texts";
import type { Connection, MarketplaceDescriptor } from "../../api/types";
import { ReplaceKeyDialog } from "../ReplaceKeyDialog";
import { missingSettings, type Action } from "./condition";
import { DisconnectDialog } from "./DisconnectDialog";
import { HistoryDialog } from "./HistoryDialog";
import { OperatorDialog } from "./OperatorDialog";
import { RenameDialog } from "./RenameDialog";
import type { DirectAction } from "./row-state";

/** Actions that ask or show something first. */
export type DialogAction = Exclude<Action, DirectAction>;

interface Props {
  action: DialogAction;
  /** As it is now, or was before it went away. */
  connection: Connection;
  connections: readonly Connection[];
  descriptors: readonly MarketplaceDescriptor[] | undefined;
  texts: Texts;
  announce: (text: string) => void;
  onClose: () => void;
}

/** The dialog of an action. */
export function ListDialogs({
  action,
  connection,
  connections,
  descriptors,
  texts,
  announce,
  onClose,
}: Props) {
  switch (action) {
    case "rename":
      return (
        <RenameDialog
          connection={connection}
          onClose={onClose}
          onRenamed={(label) => announce(texts.list.rename.saved(label))}
        />
      );
    case "replaceKey":
      return <ReplaceKeyDialog connection={connection} onClose={onClose} />;
    case "history":
      return <HistoryDialog connection={connection} onClose={onClose} />;
    case "operator":
      return (
        <OperatorDialog
          connection={connection}
          missingSettings={missingSettings(connection, descriptors)}
          onClose={onClose}
        />
      );
    case "disconnect":
      return (
        <DisconnectDialog
          connection={connection}
          siblings={connections.filter(
            ({ id, consentId }) => id !== connection.id && consentId && consentId === connection.consentId,
          )}
          descriptor={descriptors?.find(({ marketplace }) => marketplace === connection.marketplace)}
          onClose={onClose}
        />
      );
  }
}
