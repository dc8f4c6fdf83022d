import { lazy, useEffect, type ComponentType } from "react";

const parts: (() => Promise<unknown>)[] = [];

/**
 * A component whose code does not come with the first screen: it comes when it is needed, or before, when the browser has
 * nothing else to do. From then on it is there, also offline and when the server has got a newer page.
 */
export function later<Props>(load: () => Promise<ComponentType<Props>>) {
  parts.push(load);
  return lazy(async () => ({ default: await load() }));
}

/** Loads what comes later, once the browser has nothing else to do. */
export function useLaterParts(): void {
  useEffect(
    () =>
      whenIdle(() => {
        // What failed to load once stays so; offline it would.
        if (navigator.onLine) {
          // Who needs it and does not get it is told then.
          void Promise.allSettled(parts.map((load) => load()));
        }
      }),
    [],
  );
}

/** Calls it once there is nothing else to do; the answer is how to prevent that. */
function whenIdle(call: () => void): () => void {
  // Safari has no such callback.
  if (typeof requestIdleCallback === "undefined") {
    const timer = setTimeout(call, 2000);
    return () => clearTimeout(timer);
  }
  const request = requestIdleCallback(call);
  return () => cancelIdleCallback(request);
}
