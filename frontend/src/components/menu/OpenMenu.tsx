import { Menu } from "@mantine/core";
import type { ReactNode } from "react";

import type { OpenProps } from "./MenuButton";

interface Props extends OpenProps {
  /** In pixels; by its words if absent. */
  width?: number;
  children: ReactNode;
}

/** A menu below its button, in the landmark that the button is in. */
export function OpenMenu({ button, onChange, width, children }: Props) {
  return (
    <Menu
      opened
      onChange={onChange}
      position="bottom-end"
      {...(width === undefined ? {} : { width })}
      returnFocus={false}
      withInitialFocusPlaceholder={false}
      withinPortal={false}
    >
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown>{children}</Menu.Dropdown>
    </Menu>
  );
}
