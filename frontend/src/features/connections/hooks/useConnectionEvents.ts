import { useInfiniteQuery } from "@tanstack/react-query";

import { useApi } from "../../../lib/api-context";
import { listEvents } from "../api/connections.api";
import { keys } from "./keys";

/** What happened to a connection, newest first, page by page. */
export function useConnectionEvents(id: string) {
  const { client } = useApi();
  return useInfiniteQuery({
    queryKey: keys.events(id),
    queryFn: ({ pageParam, signal }) => listEvents(client, id, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
  });
}
