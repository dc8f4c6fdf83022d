import { useCallback, useState } from "react";

import { isLeavable } from "../lib/leavable";
import { needsSignIn } from "../lib/problem";
import { endSession } from "./session.api";

const IDLE = { isSigningOut: false, error: null };

/** Ends the session, here and, where the sign-in service has a page for it, there. */
export function useSignOut(baseUrl: string, leave: (address: string) => void, onSignedOut: () => void) {
  const [state, setState] = useState<{ isSigningOut: boolean; error: unknown }>(IDLE);
  const signOut = useCallback(
    async (csrfToken: string) => {
      setState({ isSigningOut: true, error: null });
      try {
        const next = await endSession(baseUrl, csrfToken);
        setState(IDLE);
        onSignedOut();
        if (next !== null && isLeavable(next)) {
          leave(next);
        }
      } catch (error) {
        // A session that was over already is no trouble.
        setState(needsSignIn(error) ? IDLE : { isSigningOut: false, error });
        if (needsSignIn(error)) {
          onSignedOut();
        }
      }
    },
    [baseUrl, leave, onSignedOut],
  );
  return { signOut, ...state };
}
