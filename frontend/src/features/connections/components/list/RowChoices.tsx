import { Menu } from "@mantine/core";

import type { OpenProps } from "../../../../components/menu/MenuButton";
import { OpenMenu } from "../../../../components/menu/OpenMenu";
import { useApi } from "../../../../lib/api-context";
import { useTexts } from "../../../../texts/texts";
import type { Connection } from "../../api/types";
import { waysOf, type Action } from "./condition";
import classes from "./RowMenu.module.css";

export interface RowActions {
  connection: Connection;
  /** Why nothing can be done at the moment. */
  blocked: string | null;
  /** Why it cannot be connected again. */
  unmendable: string | null;
  onAction: (action: Action) => void;
}

/** Everything that can be done to this connection, and why something cannot. */
export function RowChoices({ connection, blocked, unmendable, onAction, ...open }: RowActions & OpenProps) {
  const texts = useTexts();
  const { rights } = useApi();
  const { consent, key } = waysOf(connection);
  const item = (action: Exclude<Action, "operator">, reason: string | null = null) => (
    <Menu.Item
      key={action}
      disabled={blocked !== null || reason !== null}
      onClick={() => onAction(action)}
      data-autofocus={action === "test" || undefined}
      className={action === "disconnect" ? (classes["danger"] ?? "") : ""}
    >
      {texts.list.actions[action]}
      {reason !== null && blocked === null && <span className={classes["reason"]}>{reason}</span>}
    </Menu.Item>
  );
  if (rights.change === "none") {
    return (
      <OpenMenu {...open}>
        <Menu.Label>{texts.list.readOnly}</Menu.Label>
        {item("history")}
      </OpenMenu>
    );
  }
  return (
    <OpenMenu {...open}>
      {blocked !== null && <Menu.Label>{blocked}</Menu.Label>}
      {item("test")}
      {consent && item("reconnect", unmendable)}
      {key && item("replaceKey", unmendable)}
      {item("rename")}
      {!connection.isDefault && item("makeDefault")}
      {item("history")}
      <Menu.Divider />
      {item("disconnect")}
    </OpenMenu>
  );
}
