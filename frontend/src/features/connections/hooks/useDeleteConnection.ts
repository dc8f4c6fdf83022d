import { useMutation, useQueryClient } from "@tanstack/react-query";

import { useApi } from "../../../lib/api-context";
import { deleteConnection } from "../api/connections.api";
import { dropConnection, refreshAll } from "./cache";

/** Disconnects an account. Not shown before the server has done it: it cannot be taken back. */
export function useDeleteConnection() {
  const { client } = useApi();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ id, revoke }: { id: string; revoke: boolean }) => deleteConnection(client, id, revoke),
    onSuccess: (_, { id }) => dropConnection(cache, id),
    onSettled: () => void refreshAll(cache),
  });
}
