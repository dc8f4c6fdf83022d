import { useQuery } from "@tanstack/react-query";

import { useApi } from "../../../lib/api-context";
import { showConnection } from "../api/connections.api";
import { keys } from "./keys";

/** One connection of the caller. */
export function useConnection(id: string) {
  const { client } = useApi();
  return useQuery({ queryKey: keys.one(id), queryFn: ({ signal }) => showConnection(client, id, signal) });
}
