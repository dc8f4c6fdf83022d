import { useEffect, useRef } from "react";

import { elementId } from "./row-state";

/** Brings the first of these connections into sight, with the focus on it unless something else has it, once it is there. */
export function useHighlight(highlighted: readonly string[], isLoaded: (id: string) => boolean) {
  const done = useRef("");
  const first = highlighted.find(isLoaded);
  const wish = highlighted.join();
  useEffect(() => {
    if (first === undefined || done.current === wish) {
      return;
    }
    const row = document.getElementById(elementId("row", first));
    if (row) {
      done.current = wish;
      // What tells how connecting ended has the focus already, and keeps it, and stays in sight if possible.
      const isTold = document.activeElement !== null && document.activeElement !== document.body;
      if (!isTold) {
        row.focus({ preventScroll: true });
      }
      row.scrollIntoView({ block: isTold ? "nearest" : "center" });
    }
  }, [first, wish]);
}
