import { useCallback, useLayoutEffect, useRef } from "react";

/** One function for the life of a component, which calls the function that was given last. */
export function useLatest<Arguments extends unknown[], Result>(
  given: (...values: Arguments) => Result,
): (...values: Arguments) => Result {
  const latest = useRef(given);
  // Before any effect that may call it.
  useLayoutEffect(() => {
    latest.current = given;
  });
  return useCallback((...values: Arguments) => latest.current(...values), []);
}
