import { useCallback, useEffect, useRef, useState, type RefObject } from "react";

import type { Connection } from "../../api/types";
import type { DialogAction } from "./ListDialogs";
import { elementId, type Origin } from "./row-state";

interface Opened {
  action: DialogAction;
  connection: Connection;
  origin: Origin;
}

/**
 * Which dialog is open, for which connection. When it closes, the focus goes back to where it was opened, or to `home`
 * when that is gone.
 */
export function useDialog(home: RefObject<HTMLElement | null>) {
  const [dialog, setDialog] = useState<Opened | null>(null);
  const last = useRef<Opened | null>(null);
  const open = useCallback(
    (action: DialogAction, connection: Connection, origin: Origin) =>
      setDialog({ action, connection, origin }),
    [],
  );
  const close = useCallback(() => setDialog(null), []);
  useEffect(() => {
    const closed = dialog === null ? last.current : null;
    last.current = dialog;
    if (closed) {
      const { origin, connection } = closed;
      const opener =
        document.getElementById(elementId(origin, connection.id)) ??
        document.getElementById(elementId("menu", connection.id)) ??
        home.current;
      opener?.focus();
    }
  }, [dialog, home]);
  return { dialog, open, close };
}
