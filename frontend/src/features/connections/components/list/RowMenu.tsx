import { Menu } from "@mantine/core";
import { useLayoutEffect, useRef, useState } from "react";

import { DotsIcon } from "../../../../components/icons/DotsIcon";
import { useTexts } from "../../../../texts/texts";
import type { Connection } from "../../api/types";
import { waysOf, type Action } from "./condition";
import { elementId } from "./row-state";
import classes from "./RowMenu.module.css";

interface Props {
  connection: Connection;
  /** Why nothing can be done at the moment. */
  blocked: string | null;
  /** Why it cannot be connected again. */
  unmendable: string | null;
  onAction: (action: Action) => void;
}

/** What can be done to a connection. The menu itself exists only while it is open: a list has many rows. */
export function RowMenu({ connection, blocked, unmendable, onAction }: Props) {
  const texts = useTexts();
  const [isOpen, setOpen] = useState(false);
  const trigger = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  // The button is another one when the menu is gone, so the focus is put back by hand.
  useLayoutEffect(() => {
    if (wasOpen.current && !isOpen) {
      trigger.current?.focus({ preventScroll: true });
    }
    wasOpen.current = isOpen;
  }, [isOpen]);

  const button = (
    <button
      ref={trigger}
      id={elementId("menu", connection.id)}
      type="button"
      className={classes["trigger"]}
      aria-label={texts.list.actions.menu(connection.label)}
      aria-haspopup="menu"
      aria-expanded={isOpen}
      {...(isOpen ? {} : { onClick: () => setOpen(true) })}
    >
      <DotsIcon size={20} />
    </button>
  );
  if (!isOpen) {
    return button;
  }
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
  return (
    <Menu
      opened
      onChange={setOpen}
      position="bottom-end"
      returnFocus={false}
      withInitialFocusPlaceholder={false}
      // In the landmark of its row.
      withinPortal={false}
    >
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown>
        {blocked !== null && <Menu.Label>{blocked}</Menu.Label>}
        {item("test")}
        {consent && item("reconnect", unmendable)}
        {key && item("replaceKey", unmendable)}
        {item("rename")}
        {!connection.isDefault && item("makeDefault")}
        {item("history")}
        <Menu.Divider />
        {item("disconnect")}
      </Menu.Dropdown>
    </Menu>
  );
}
