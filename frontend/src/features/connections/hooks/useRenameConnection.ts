import { useMutation, useQueryClient } from "@tanstack/react-query";

import { useApi } from "../../../lib/api-context";
import { changeConnection } from "../api/connections.api";
import type { Connection } from "../api/types";
import { patchConnection, putConnection, refreshAll } from "./cache";

/** Gives a connection another name, seen at once; only if nobody changed the connection since it was shown. */
export function useRenameConnection() {
  const { client } = useApi();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ connection, label }: { connection: Connection; label: string }) =>
      changeConnection(client, connection.id, { label }, connection.version),
    onMutate: ({ connection, label }) => patchConnection(cache, connection.id, { label }),
    onSuccess: (fresh) => putConnection(cache, fresh),
    onError: (_, { connection }) => {
      patchConnection(cache, connection.id, { label: connection.label });
      return refreshAll(cache);
    },
  });
}
