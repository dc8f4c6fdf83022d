import { http } from "msw";

import type { Role } from "../lib/rights";
import { answer, API } from "./server";

/** Somebody who is signed in. */
export const session = {
  user: "dev-user",
  organization: "dev-org",
  roles: ["member"] as Role[],
  expiresAt: "2026-11-24T00:00:00Z",
  csrfToken: "csrf-token-of-this-session",
};

/** The server says who is signed in. */
export const sessionAnswers = (who: Partial<typeof session> | null, canSignIn = true) =>
  http.get(`${API}/auth/session`, () =>
    answer({ session: who === null ? null : { ...session, ...who }, canSignIn }),
  );
