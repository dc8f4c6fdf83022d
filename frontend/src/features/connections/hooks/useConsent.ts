import { useMutation } from "@tanstack/react-query";

import { useApi } from "../../../lib/api-context";
import { authorize, reauthorize } from "../api/connections.api";
import type { AuthorizeRequest } from "../api/types";
import { ownAddress } from "../navigation/location";

/** Only these may be gone to: whatever an answer says, no script is run. */
function assertLeavable(address: string): string {
  const url = new URL(address);
  const isLocal = ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
  if (url.protocol === "https:" || (url.protocol === "http:" && isLocal)) {
    return address;
  }
  throw new Error("The address of the consent page is not encrypted.");
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
