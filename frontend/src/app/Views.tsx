import { Center, Loader } from "@mantine/core";

import { ProblemNotice } from "../components/ProblemNotice";
import { useTexts } from "../texts/texts";
import { AccountMenu } from "./AccountMenu";
import { outcomeOf } from "./outcome";
import { Shell } from "./Shell";
import { SignedIn } from "./SignedIn";
import { SignedOut } from "./SignedOut";
import { useSession } from "./useSession";
import { useSignOut } from "./useSignOut";

interface Props {
  baseUrl: string;
  leave: (address: string) => void;
}

/** The view for who is signed in, or for nobody. The header stays in all of them. */
export function Views({ baseUrl, leave }: Props) {
  const { app } = useTexts();
  const { state, refresh, forget } = useSession(baseUrl);
  const { signOut, isSigningOut, error } = useSignOut(baseUrl, leave, forget);
  const session = state.at === "in" ? state.session : null;
  return (
    <Shell
      account={
        session && (
          <AccountMenu
            session={session}
            onSignOut={() => void signOut(session.csrfToken)}
            isSigningOut={isSigningOut}
          />
        )
      }
    >
      <ProblemNotice error={error} title={app.signOutFailed} />
      {state.at === "asking" && (
        <Center py="xl" role="status" aria-label={app.asking}>
          <Loader />
        </Center>
      )}
      {state.at === "unknown" && (
        <ProblemNotice
          error={state.error}
          title={app.unknown}
          onRetry={() => void refresh()}
          isRetrying={state.isAsking}
        />
      )}
      {state.at === "out" && (
        <SignedOut canSignIn={state.canSignIn} outcome={outcomeOf(window.location.search)} end={state.end} />
      )}
      {state.at === "in" && (
        <SignedIn
          // Somebody else's session shows nothing of this one.
          key={state.session.csrfToken}
          baseUrl={baseUrl}
          session={state.session}
          canSignIn={state.canSignIn}
          leave={leave}
          onRefused={() => void refresh()}
        />
      )}
    </Shell>
  );
}
