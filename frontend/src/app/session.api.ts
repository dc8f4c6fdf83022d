import { NoAnswer, problemOf } from "../lib/problem";
import { isRole, type Role } from "../lib/rights";

/** Who is signed in, as `GET /auth/session` tells it. */
export interface Session {
  user: string;
  organization: string;
  /** What they were when they signed in. */
  roles: readonly Role[];
  expiresAt: string;
  /** Goes with every change: a page of somebody else cannot know it. */
  csrfToken: string;
}

export interface SessionAnswer {
  session: Session | null;
  /** Whether there is somewhere to sign in; else only sign-in links help. */
  canSignIn: boolean;
}

/** Asks who is signed in. */
export async function askSession(baseUrl: string): Promise<SessionAnswer> {
  const body = await call(`${baseUrl}/auth/session`, {});
  if (isObject(body) && typeof body["canSignIn"] === "boolean") {
    const { session, canSignIn } = body;
    if (session === null || isSession(session)) {
      return { session, canSignIn };
    }
  }
  throw new Error("The answer about the session is not understood.");
}

/** Ends the session; the answer is where to go next, if anywhere. */
export async function endSession(baseUrl: string, csrfToken: string): Promise<string | null> {
  const init = { method: "POST", headers: { "X-CSRF-Token": csrfToken } };
  const body = await call(`${baseUrl}/auth/sign-out`, init);
  return isObject(body) && typeof body["redirectTo"] === "string" ? body["redirectTo"] : null;
}

async function call(address: string, init: RequestInit): Promise<unknown> {
  const response = await fetch(address, init).catch((error: unknown) => {
    throw new NoAnswer(error);
  });
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) {
    throw problemOf(response, body);
  }
  return body;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isSession(value: unknown): value is Session {
  return (
    isObject(value) &&
    ["user", "organization", "expiresAt", "csrfToken"].every((name) => typeof value[name] === "string") &&
    Array.isArray(value["roles"]) &&
    value["roles"].every(isRole)
  );
}
