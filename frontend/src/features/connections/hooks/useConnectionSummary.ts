import { useQuery } from "@tanstack/react-query";

import { useApi } from "../../../lib/api-context";
import { summarizeConnections } from "../api/connections.api";
import { keys } from "./keys";

const MINUTE = 60_000;

/** The caller's connections at a glance; asked again each minute while the page is in sight. */
export function useConnectionSummary() {
  const { client } = useApi();
  return useQuery({
    queryKey: keys.summary,
    queryFn: ({ signal }) => summarizeConnections(client, signal),
    refetchInterval: MINUTE,
  });
}
