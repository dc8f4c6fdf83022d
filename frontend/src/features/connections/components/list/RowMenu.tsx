import { DotsIcon } from "../../../../components/icons/DotsIcon";
import { MenuButton } from "../../../../components/menu/MenuButton";
import { later } from "../../../../lib/later";
import { useTexts } from "../../../../texts/texts";
import { elementId } from "./row-state";
import type { RowActions } from "./RowChoices";
import classes from "./RowMenu.module.css";

const RowChoices = later(async () => (await import("./RowChoices")).RowChoices);

/** What can be done to a connection. */
export function RowMenu(actions: RowActions) {
  const texts = useTexts();
  const { connection } = actions;
  return (
    <MenuButton
      button={(trigger) => (
        <button
          id={elementId("menu", connection.id)}
          type="button"
          className={classes["trigger"]}
          aria-label={texts.list.actions.menu(connection.label)}
          {...trigger}
        >
          <DotsIcon size={20} />
        </button>
      )}
      menu={(open) => <RowChoices {...open} {...actions} />}
    />
  );
}
