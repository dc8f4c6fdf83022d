import { useSyncExternalStore } from "react";

const MINUTE = 60_000;

let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function tick() {
  now = Date.now();
  for (const listener of listeners) {
    listener();
  }
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  timer ??= setInterval(tick, MINUTE);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The same for all who ask between two ticks, so that a render sees one time. */
function snapshot() {
  // Nobody listens yet, so nobody ticks.
  if (timer === undefined && Math.abs(Date.now() - now) > 1000) {
    now = Date.now();
  }
  return now;
}

/** The time in milliseconds, for "5 minutes ago"; goes on each minute, with one timer for the whole page. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, snapshot, snapshot);
}
