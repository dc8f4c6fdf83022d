import { infiniteQueryOptions, useInfiniteQuery, type InfiniteData } from "@tanstack/react-query";

import { useApi } from "../../../lib/api-context";
import type { ApiClient } from "../../../lib/client";
import { listConnections } from "../api/connections.api";
import type { ConnectionPage } from "../api/types";
import { keys } from "./keys";

const SECOND = 1000;
const SLOWEST = 60 * SECOND;

function connectionsQuery(client: ApiClient) {
  return infiniteQueryOptions({
    queryKey: keys.list,
    queryFn: ({ pageParam, signal }) => listConnections(client, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    // Hidden pages do not ask: `refetchIntervalInBackground` is off by default.
    refetchInterval: (query) => pollAfter(query.state.data, query.state.dataUpdateCount),
  });
}

/** While a connection has not been tested yet: 2, 4, 8 … seconds, a minute at most. Else never. */
export function pollAfter(
  data: InfiniteData<ConnectionPage, string | undefined> | undefined,
  updates: number,
): number | false {
  const pending = data?.pages.some((page) => page.items.some(({ status }) => status === "pending"));
  return pending ? Math.min(SLOWEST, SECOND * 2 ** Math.max(1, updates)) : false;
}

/** The caller's connections, newest first, page by page. */
export function useConnections() {
  const { client } = useApi();
  const query = useInfiniteQuery(connectionsQuery(client));
  return { ...query, connections: query.data?.pages.flatMap((page) => page.items) ?? [] };
}
