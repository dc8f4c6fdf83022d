import { useQueries } from "@tanstack/react-query";

import { useApi } from "../../../lib/api-context";
import { showConnection } from "../api/connections.api";
import { keys } from "./keys";

/** Some connections of the caller; those that could not be loaded are left out. */
export function useConnectionsById(ids: string[]) {
  const { client } = useApi();
  return useQueries({
    queries: ids.map((id) => ({
      queryKey: keys.one(id),
      queryFn: ({ signal }: { signal: AbortSignal }) => showConnection(client, id, signal),
    })),
    combine: (results) => ({
      connections: results.flatMap(({ data }) => (data ? [data] : [])),
      isPending: results.some(({ isPending }) => isPending),
    }),
  });
}
