import { useMutation, useQueryClient } from "@tanstack/react-query";

import { useApi } from "../../../lib/api-context";
import { changeConnection } from "../api/connections.api";
import type { Connection } from "../api/types";
import { putDefault, refreshAll } from "./cache";

/** Makes a connection the one that adapters get when they name no account; seen at once. */
export function useMakeDefault() {
  const { client } = useApi();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (connection: Connection) => changeConnection(client, connection.id, { isDefault: true }),
    onMutate: (connection) => putDefault(cache, connection),
    // Another connection changed too.
    onSettled: () => void refreshAll(cache),
  });
}
