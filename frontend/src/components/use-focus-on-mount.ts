import { useEffect, useRef, type RefObject } from "react";

/** Moves the focus to an element once, when it comes: to the heading of a new view, for instance. */
export function useFocusOnMount<T extends HTMLElement>(wanted = true): RefObject<T | null> {
  const element = useRef<T>(null);
  const first = useRef(wanted);
  useEffect(() => {
    if (first.current) {
      element.current?.focus();
    }
  }, []);
  return element;
}
