import { useQuery } from "@tanstack/react-query";

import { useApi } from "../../../lib/api-context";
import { listMarketplaces } from "../api/connections.api";
import { keys } from "./keys";

/** The marketplaces and their forms. They change only when the server is set up anew. */
export function useMarketplaces() {
  const { client } = useApi();
  return useQuery({
    queryKey: keys.marketplaces,
    queryFn: ({ signal }) => listMarketplaces(client, signal),
    staleTime: Infinity,
    select: (marketplaces) => marketplaces.items,
  });
}
