import { QueryClient } from "@tanstack/react-query";

import { ApiProblem, isTemporary } from "./problem";

const SECOND = 1000;
const LONGEST_WAIT = 60 * SECOND;

/** A fresh cache. Secrets never come into it: see `useSecretSubmit`. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10 * SECOND,
        retry: (failures, error) => isTemporary(error) && failures < 3,
        retryDelay: waitBefore,
      },
      mutations: { retry: false },
    },
  });
}

/** Until the marketplace or the server said one may try again, or else 1, 2, 4 … seconds, a minute at most. */
export function waitBefore(failures: number, error: unknown): number {
  const asked = error instanceof ApiProblem ? error.document.retryAt : null;
  const told = asked ? Date.parse(asked) - Date.now() : 0;
  return Math.min(LONGEST_WAIT, Math.max(told, SECOND * 2 ** failures));
}
