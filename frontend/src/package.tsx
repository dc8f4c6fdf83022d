import { QueryClientProvider } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";

import { IntegrationsPage as Page } from "./features/connections/components/IntegrationsPage";
import { ApiProvider } from "./lib/api-context";
import type { Authentication } from "./lib/client";
import { createQueryClient } from "./lib/query-client";
import { en } from "./texts/en";
import { TextsProvider, type Texts } from "./texts/texts";

export { en, type Texts };

export interface ConnectionsProps {
  /** Where the API is, such as `https://vault.example.com`. */
  apiBaseUrl: string;
  /** An access token for it; `fresh` when the last one was refused. */
  getAccessToken: (wish: { fresh: boolean }) => string | Promise<string>;
  /** Every text of the page; English when absent. */
  texts?: Texts;
}

function Connections({
  apiBaseUrl,
  getAccessToken,
  texts = en,
  children,
}: ConnectionsProps & { children: ReactNode }) {
  const [cache] = useState(createQueryClient);
  const [authentication] = useState<Authentication>({ kind: "bearer", getAccessToken });
  return (
    <TextsProvider texts={texts}>
      <QueryClientProvider client={cache}>
        <ApiProvider baseUrl={apiBaseUrl} authentication={authentication}>
          {children}
        </ApiProvider>
      </QueryClientProvider>
    </TextsProvider>
  );
}

/** The whole page. Needs a `MantineProvider` above it. */
export function IntegrationsPage(props: ConnectionsProps) {
  return (
    <Connections {...props}>
      <Page />
    </Connections>
  );
}
