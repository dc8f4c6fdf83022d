import { useCallback, useEffect, useRef, useState } from "react";

import { askSession, type Session } from "./session.api";

/** Why nobody is signed in, where that needs to be said. */
export type End = "ended" | "signedOut";

export type SessionState =
  | { at: "asking" }
  | { at: "unknown"; error: unknown; isAsking: boolean }
  | { at: "out"; canSignIn: boolean; end: End | null }
  | { at: "in"; canSignIn: boolean; session: Session };

/** No timer bears more than 24 days; a session that seems to be over is not asked about more often than this. */
const LONGEST = 24 * 60 * 60 * 1000;
const SHORTEST = 60 * 1000;

/** Who is signed in to the server. */
export function useSession(baseUrl: string) {
  const [state, setState] = useState<SessionState>({ at: "asking" });
  const asked = useRef(0);

  /** Asks again: after a call was refused, when the session should be over, when the page was away. */
  const refresh = useCallback(async () => {
    const number = (asked.current += 1);
    const settle = (next: (before: SessionState) => SessionState) => {
      if (number === asked.current) {
        setState(next);
      }
    };
    settle((before) => (before.at === "unknown" ? { ...before, isAsking: true } : before));
    try {
      const { session, canSignIn } = await askSession(baseUrl);
      settle((before) => {
        if (session) {
          return { at: "in", canSignIn, session };
        }
        const end = before.at === "in" ? "ended" : before.at === "out" ? before.end : null;
        return { at: "out", canSignIn, end };
      });
    } catch (error) {
      // Who was signed in stays so while the server cannot be asked: its calls say that there is no answer.
      settle((before) =>
        before.at === "in" || before.at === "out" ? before : { at: "unknown", error, isAsking: false },
      );
    }
  }, [baseUrl]);

  const forget = useCallback(() => {
    asked.current += 1;
    setState((before) => (before.at === "in" ? { ...before, at: "out", end: "signedOut" } : before));
  }, []);

  useEffect(() => {
    void refresh();
  }, [refresh]);

  const expiresAt = state.at === "in" ? state.session.expiresAt : null;
  useEffect(() => {
    if (expiresAt === null) {
      return;
    }
    const left = Date.parse(expiresAt) - Date.now();
    const again = () => {
      void refresh();
    };
    // By the server's clock it may not be over yet.
    const once = setTimeout(again, Math.min(LONGEST, Math.max(left, 0) + 1000));
    const then = setInterval(again, Math.min(LONGEST, Math.max(left, 0) + SHORTEST));
    return () => {
      clearTimeout(once);
      clearInterval(then);
    };
  }, [expiresAt, refresh]);

  const isOut = state.at === "out";
  useEffect(() => {
    const comeBack = (event: Event) => {
      const isFromCache = event instanceof PageTransitionEvent && event.persisted;
      // Somebody may have signed in, or out, in another tab.
      if (isFromCache || (isOut && document.visibilityState === "visible")) {
        void refresh();
      }
    };
    window.addEventListener("pageshow", comeBack);
    document.addEventListener("visibilitychange", comeBack);
    return () => {
      window.removeEventListener("pageshow", comeBack);
      document.removeEventListener("visibilitychange", comeBack);
    };
  }, [isOut, refresh]);

  return { state, refresh, forget };
}
