import { useEffect, useRef } from "react";

import { elementId } from "./row-state";

/** Brings the first of these connections into sight, with the focus on it, once it is there. */
export function useHighlight(highlighted: readonly string[], isLoaded: (id: string) => boolean) {
  const done = useRef<readonly string[] | null>(null);
  const first = highlighted.find(isLoaded);
  useEffect(() => {
    if (first === undefined || done.current === highlighted) {
      return;
    }
    const row = document.getElementById(elementId("row", first));
    if (row) {
      done.current = highlighted;
      row.focus({ preventScroll: true });
      row.scrollIntoView({ block: "center" });
    }
  }, [first, highlighted]);
}
