import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef } from "react";

import { useApi } from "../../../lib/api-context";
import { ApiProblem, NoAnswer } from "../../../lib/problem";
import { useSecretSubmit } from "../../../lib/secrets";
import { createConnection } from "../api/connections.api";
import type { CreateConnectionRequest } from "../api/types";
import { refreshAll } from "./cache";

/** Whether the attempt may still succeed, or has already. */
function isUndecided(error: unknown): boolean {
  return error instanceof NoAnswer || (error instanceof ApiProblem && error.kind === "idempotency-in-flight");
}

/** Connects an account with a key. The key is in no cache. */
export function useCreateConnection() {
  const { client } = useApi();
  const cache = useQueryClient();
  // The same attempt is sent again after its answer was lost, so that it is not done twice; any other answer ends an attempt.
  const attempt = useRef<string | null>(null);
  const send = useCallback(
    async (request: CreateConnectionRequest) => {
      attempt.current ??= crypto.randomUUID();
      try {
        const created = await createConnection(client, request, attempt.current);
        attempt.current = null;
        await refreshAll(cache);
        return created;
      } catch (error) {
        if (!isUndecided(error)) {
          attempt.current = null;
        }
        throw error;
      }
    },
    [client, cache],
  );
  return useSecretSubmit(send);
}
