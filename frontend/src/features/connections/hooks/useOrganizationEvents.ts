import { useInfiniteQuery } from "@tanstack/react-query";

import { useApi } from "../../../lib/api-context";
import { listOrganizationEvents } from "../api/connections.api";
import { keys } from "./keys";

/** What happened in the organization, to connections of everybody or of one user, newest first, page by page. */
export function useOrganizationEvents(user: string | null) {
  const { client } = useApi();
  return useInfiniteQuery({
    queryKey: keys.trail(user),
    queryFn: ({ pageParam, signal }) => listOrganizationEvents(client, user, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
  });
}
