import { useMutation, useQueryClient } from "@tanstack/react-query";

import { useApi } from "../../../lib/api-context";
import { testConnection } from "../api/connections.api";
import { putConnection, refreshAll } from "./cache";

/** Asks the marketplace whether a connection works. */
export function useTestConnection() {
  const { client } = useApi();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => testConnection(client, id, crypto.randomUUID()),
    onSuccess: ({ test: _, ...connection }) => putConnection(cache, connection),
    onSettled: () => void refreshAll(cache),
  });
}
