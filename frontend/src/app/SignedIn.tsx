import { QueryClientProvider } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { IntegrationsPage } from "../features/connections/components/IntegrationsPage";
import { ApiProvider } from "../lib/api-context";
import type { Authentication } from "../lib/client";
import { createQueryClient } from "../lib/query-client";
import { rightsOf } from "../lib/rights";
import type { Session } from "./session.api";
import { SessionEnd } from "./SessionEnd";
import { SignInNotice } from "./SignInNotice";
import { useViewTitle } from "./useTitle";

interface Props {
  baseUrl: string;
  session: Session;
  canSignIn: boolean;
  leave: (address: string) => void;
  /** The server refused a call: is anybody still signed in? */
  onRefused: () => void;
}

/** The page for somebody who is signed in. Nothing that they see outlives their session in this page. */
export function SignedIn({ baseUrl, session, canSignIn, leave, onRefused }: Props) {
  const [cache] = useState(createQueryClient);
  const { csrfToken } = session;
  const authentication = useMemo<Authentication>(
    () => ({ kind: "session", csrfToken, onRefused }),
    [csrfToken, onRefused],
  );
  useViewTitle(rightsOf(session.roles));
  return (
    <QueryClientProvider client={cache}>
      <ApiProvider baseUrl={baseUrl} authentication={authentication} leave={leave} roles={session.roles}>
        <SessionEnd expiresAt={session.expiresAt} canSignIn={canSignIn} />
        <SignInNotice user={session.user} />
        <IntegrationsPage />
      </ApiProvider>
    </QueryClientProvider>
  );
}
