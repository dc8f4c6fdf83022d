import { createContext, use, useMemo, type ReactNode } from "react";

import { createApiClient, type ApiClient, type Authentication } from "./client";

interface Api {
  client: ApiClient;
  /** Leaves this page for another address. */
  leave: (address: string) => void;
  /** Whether the API lets this person only look. */
  isReadOnly: boolean;
}

const ApiContext = createContext<Api | null>(null);

interface Props {
  baseUrl: string;
  authentication: Authentication;
  leave?: (address: string) => void;
  isReadOnly?: boolean;
  children: ReactNode;
}

const assign = (address: string) => {
  window.location.assign(address);
};

/** Lets the components below it call the API. */
export function ApiProvider({
  baseUrl,
  authentication,
  leave = assign,
  isReadOnly = false,
  children,
}: Props) {
  const api = useMemo(
    () => ({ client: createApiClient(baseUrl, authentication), leave, isReadOnly }),
    [baseUrl, authentication, leave, isReadOnly],
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
