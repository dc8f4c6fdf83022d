import createClient, { type Client } from "openapi-fetch";

import { NoAnswer, problemOf } from "./problem";
import type { paths } from "./schema";

export type ApiClient = Client<paths>;

/** How requests prove who sends them. */
export type Authentication =
  /** By an access token of the host application; asked for again, `fresh`, when the server refuses the first one. */
  | { kind: "bearer"; getAccessToken: (wish: { fresh: boolean }) => string | Promise<string> }
  /** By the server's own session cookie; calls carry this token too. `onRefused`: the session seems to be over, or another one. */
  | { kind: "session"; csrfToken: string; onRefused: () => void };

/** A client of the API at `baseUrl`, with one typed function a method and path. */
export function createApiClient(baseUrl: string, authentication: Authentication): ApiClient {
  return createClient<paths>({ baseUrl, fetch: (request) => send(request, authentication) });
}

async function send(request: Request, authentication: Authentication): Promise<Response> {
  if (authentication.kind === "session") {
    const response = await attempt(request, { "X-CSRF-Token": authentication.csrfToken });
    if (response.status === 401 || (response.status === 403 && (await isOfAnotherSession(response)))) {
      authentication.onRefused();
    }
    return response;
  }
  const authorized = async (wish: { fresh: boolean }) => ({
    Authorization: `Bearer ${await authentication.getAccessToken(wish)}`,
  });
  const spare = request.clone();
  const response = await attempt(request, await authorized({ fresh: false }));
  return response.status === 401 ? attempt(spare, await authorized({ fresh: true })) : response;
}

/** The token does not fit the cookie: somebody signed in anew, in another tab. */
async function isOfAnotherSession(response: Response): Promise<boolean> {
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  return problemOf(response, body).kind === "csrf";
}

async function attempt(request: Request, headers: Record<string, string>): Promise<Response> {
  for (const [name, value] of Object.entries(headers)) {
    request.headers.set(name, value);
  }
  try {
    return await fetch(request);
  } catch (error) {
    if (request.signal.aborted) {
      throw error;
    }
    throw new NoAnswer(error);
  }
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of a good answer. Throws `ApiProblem` for a refusal and `NoAnswer` when none came. */
export async function bodyOf<T>(answer: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await answer;
  if (data === undefined) {
    throw problemOf(response, error);
  }
  return data;
}
