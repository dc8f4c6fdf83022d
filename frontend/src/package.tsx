import { QueryClientProvider } from "@tanstack/react-query";
import { useMemo, useState, type ReactNode } from "react";

import { ConnectionStatusSummary as Summary } from "./features/connections/components/ConnectionStatusSummary";
import { IntegrationsPage as Page } from "./features/connections/components/IntegrationsPage";
import { ApiProvider } from "./lib/api-context";
import type { Authentication } from "./lib/client";
import { createQueryClient } from "./lib/query-client";
import type { Role } from "./lib/rights";
import { cssVariables, theme } from "./lib/theme";
import { useLatest } from "./lib/use-latest";
import { en } from "./texts/en";
import { TextsProvider, type Texts } from "./texts/texts";

export { cssVariables, en, theme, type Role, type Texts };

export interface ConnectionsProps {
  /** Where the API is, such as `https://vault.example.com`. */
  apiBaseUrl: string;
  /**
   * An access token for it; `fresh` when the last one was refused. What was loaded with one person's token stays until the
   * component goes: give it the person as `key` where another can sign in without the page being loaded anew.
   */
  getAccessToken: (wish: { fresh: boolean }) => string | Promise<string>;
  /**
   * What this person is in the organization, in the words of the API; a member when absent. What they may not do is not
   * offered. The API refuses it in any case.
   */
  roles?: readonly Role[];
  /** Every text of the page; English when absent. */
  texts?: Texts;
}

function Connections({
  apiBaseUrl,
  getAccessToken,
  roles,
  texts = en,
  children,
}: ConnectionsProps & { children: ReactNode }) {
  const [cache] = useState(createQueryClient);
  // A function that is made anew with every render is usual, and no reason to make a client anew.
  const latest = useLatest(getAccessToken);
  const authentication = useMemo<Authentication>(
    () => ({ kind: "bearer", getAccessToken: latest }),
    [latest],
  );
  return (
    <TextsProvider texts={texts}>
      <QueryClientProvider client={cache}>
        <ApiProvider baseUrl={apiBaseUrl} authentication={authentication} roles={roles}>
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

/** The connections at a glance, for a dashboard: how many are in which state, and what runs out next. */
export function ConnectionStatusSummary(props: ConnectionsProps) {
  return (
    <Connections {...props}>
      <Summary />
    </Connections>
  );
}
