import { http, HttpResponse, type JsonBodyType } from "msw";
import { setupServer } from "msw/node";

import type { components } from "../lib/schema";
import marketplaces from "./marketplaces.json";

/** Where the API is in tests. */
export const API = "https://api.test";

type Problem = components["schemas"]["Problem"];

/** An answer of the API. */
export const answer = (body: JsonBodyType, status = 200) => HttpResponse.json(body, { status });

/** A refusal of the API. */
export function refusal(kind: string, status: number, more: Partial<Problem> = {}) {
  const problem: Problem = {
    type: `/problems/${kind}`,
    title: kind,
    status,
    detail: `The detail of ${kind}.`,
    requestId: "01890a5d-ac96-774b-bcce-b302099a8057",
    ...more,
  };
  return HttpResponse.json(problem, { status, headers: { "Content-Type": "application/problem+json" } });
}

/** No answer at all. */
export const noAnswer = () => HttpResponse.error();

/** The API with nothing connected; tests lay their own handlers on top with `server.use`. */
export const server = setupServer(
  http.get(`${API}/api/marketplaces`, () => answer(marketplaces)),
  http.get(`${API}/api/connections`, () => answer({ items: [], nextCursor: null })),
);
