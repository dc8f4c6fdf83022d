import { useMutation, useQueryClient } from "@tanstack/react-query";

import { useApi } from "../../../lib/api-context";
import { transferConnections } from "../api/connections.api";
import type { TransferRequest } from "../api/types";
import { refreshAll } from "./cache";

/** Hands connections over to another user. Not shown before the server has done it: some of them may have to stay. */
export function useTransfer() {
  const { client } = useApi();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (request: TransferRequest) => transferConnections(client, request),
    onSettled: () => void refreshAll(cache),
  });
}
