import { infiniteQueryOptions, useInfiniteQuery, type InfiniteData } from "@tanstack/react-query";
import { useMemo } from "react";

import { useApi } from "../../../lib/api-context";
import type { ApiClient } from "../../../lib/client";
import { listConnections } from "../api/connections.api";
import type { ConnectionPage } from "../api/types";
import type { Whose } from "../navigation/location";
import { keys } from "./keys";

const SECOND = 1000;
const SLOWEST = 60 * SECOND;

function connectionsQuery(client: ApiClient, whose: Whose) {
  return infiniteQueryOptions({
    queryKey: keys.list(whose),
    queryFn: ({ pageParam, signal }) => listConnections(client, whose, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    // Hidden pages do not ask: `refetchIntervalInBackground` is off by default.
    refetchInterval: (query) => pollAfter(query.state.data, query.state.dataUpdateCount),
  });
}

type Pages = InfiniteData<ConnectionPage, string | undefined>;

/** At which update a list was seen first. The same list again is the same object. */
const firstSeen = new WeakMap<Pages, number>();

/**
 * While a connection has not been tested yet: 2, 4, 8 … seconds, a minute at most, and from the beginning whenever
 * something changes. Else never.
 */
export function pollAfter(data: Pages | undefined, updates: number): number | false {
  if (!data?.pages.some((page) => page.items.some(({ status }) => status === "pending"))) {
    return false;
  }
  const first = firstSeen.get(data) ?? updates;
  firstSeen.set(data, first);
  return Math.min(SLOWEST, SECOND * 2 ** (1 + updates - first));
}

/** The caller's connections, or everybody's in the organization, newest first, page by page. */
export function useConnections(whose: Whose = "own") {
  const { client } = useApi();
  const query = useInfiniteQuery(connectionsQuery(client, whose));
  const { data } = query;
  // The same list as long as nothing changes: a thousand rows are not compared for nothing.
  const connections = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  return { ...query, connections };
}
