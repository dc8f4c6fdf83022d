import { useState, type ReactElement, type ReactNode } from "react";

import { LazyPart } from "../LazyPart";

/** What makes a button one that opens a menu. */
export interface TriggerProps {
  "aria-haspopup": "menu";
  "aria-expanded": boolean;
  autoFocus?: boolean;
  onClick?: () => void;
}

/** What a menu needs that is open: its button, and whom to tell when it closes. */
export interface OpenProps {
  button: ReactElement;
  onChange: (isOpen: boolean) => void;
}

interface Props {
  button: (trigger: TriggerProps) => ReactElement;
  /** The menu, whose code may be loaded only now. */
  menu: (open: OpenProps) => ReactNode;
}

/** A button with a menu that exists only while it is open: a list has many, and the first screen needs none. */
export function MenuButton({ button, menu }: Props) {
  const [isOpen, setOpen] = useState(false);
  const [wasOpen, setWasOpen] = useState(false);
  const trigger = { "aria-haspopup": "menu", "aria-expanded": isOpen } as const;
  const open = () => {
    setOpen(true);
    setWasOpen(true);
  };
  if (!isOpen) {
    // It is another button when the menu is gone, so it has to take the focus back.
    return button({ ...trigger, autoFocus: wasOpen, onClick: open });
  }
  const opener = button(trigger);
  return <LazyPart whileLoading={opener}>{menu({ button: opener, onChange: setOpen })}</LazyPart>;
}
