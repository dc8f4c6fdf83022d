import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";

import { useApi } from "../../../lib/api-context";
import { useSecretSubmit } from "../../../lib/secrets";
import { replaceCredentials } from "../api/connections.api";
import { refreshAll } from "./cache";

/** Gives a connection another key, once the marketplace has confirmed it. The key is in no cache. */
export function useReplaceCredentials(id: string) {
  const { client } = useApi();
  const cache = useQueryClient();
  const send = useCallback(
    async (credentials: Record<string, string>) => {
      const replaced = await replaceCredentials(client, id, credentials);
      await refreshAll(cache);
      return replaced;
    },
    [client, cache, id],
  );
  return useSecretSubmit(send);
}
