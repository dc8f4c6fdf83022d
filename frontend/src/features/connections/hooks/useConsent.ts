import { useMutation } from "@tanstack/react-query";

import { useApi } from "../../../lib/api-context";
import { isLeavable } from "../../../lib/leavable";
import { authorize, reauthorize } from "../api/connections.api";
import type { AuthorizeRequest } from "../api/types";
import { ownAddress } from "../navigation/location";

function assertLeavable(address: string): string {
  if (!isLeavable(address)) {
    throw new Error("The address of the consent page is not encrypted.");
  }
  return address;
}

/** Leaves for the consent page of a marketplace, to connect a new account. */
export function useAuthorize() {
  const { client, leave } = useApi();
  return useMutation({
    mutationFn: (request: Omit<AuthorizeRequest, "returnTo">) =>
      authorize(client, { ...request, returnTo: ownAddress() }),
    onSuccess: ({ authorizationUrl }) => leave(assertLeavable(authorizationUrl)),
  });
}

/** Leaves for the consent page of a marketplace, to connect the same account anew. */
export function useReauthorize() {
  const { client, leave } = useApi();
  return useMutation({
    mutationFn: (id: string) => reauthorize(client, id, ownAddress()),
    onSuccess: ({ authorizationUrl }) => leave(assertLeavable(authorizationUrl)),
  });
}
