import { createContext, use, useMemo, type ReactNode } from "react";

import { createApiClient, type ApiClient, type Authentication } from "./client";
import { isRole, rightsOf, type Rights, type Role } from "./rights";

interface Api {
  client: ApiClient;
  /** Leaves this page for another address. */
  leave: (address: string) => void;
  /** What the API lets this person do. */
  rights: Rights;
}

const ApiContext = createContext<Api | null>(null);

interface Props {
  baseUrl: string;
  authentication: Authentication;
  leave?: (address: string) => void;
  /** What this person is in the organization; a member when there is none. */
  roles?: readonly Role[] | undefined;
  children: ReactNode;
}

const NONE: readonly Role[] = [];

const assign = (address: string) => {
  window.location.assign(address);
};

/** Lets the components below it call the API. */
export function ApiProvider({ baseUrl, authentication, leave = assign, roles = NONE, children }: Props) {
  // A list that is made anew is the same as long as the same is in it.
  const names = roles.join();
  const rights = useMemo(() => rightsOf(names.split(",").filter(isRole)), [names]);
  const api = useMemo(
    () => ({ client: createApiClient(baseUrl, authentication), leave, rights }),
    [baseUrl, authentication, leave, rights],
  );
  return <ApiContext value={api}>{children}</ApiContext>;
}

export function useApi(): Api {
  const api = use(ApiContext);
  if (!api) {
    throw new Error("useApi needs an ApiProvider above it");
  }
  return api;
}
