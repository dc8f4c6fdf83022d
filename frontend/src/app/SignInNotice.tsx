import { Alert } from "@mantine/core";
import { useSearchParams } from "wouter";

import { useTexts } from "../texts/texts";
import { outcomeOf } from "./outcome";

/** Signing in anew did not work, but there is a session still. */
export function SignInNotice({ user }: { user: string }) {
  const { app, common } = useTexts();
  const [parameters, setParameters] = useSearchParams();
  const outcome = outcomeOf(parameters.toString());
  if (!outcome) {
    return null;
  }
  const close = () => {
    const without = (current: URLSearchParams) => {
      current.delete("signIn");
      return current;
    };
    setParameters(without, { replace: true });
  };
  return (
    <Alert
      color="yellow"
      role="status"
      mb="lg"
      withCloseButton
      closeButtonLabel={common.close}
      onClose={close}
    >
      {app.signIn.outcome[outcome]} {app.stillSignedIn(user)}
    </Alert>
  );
}
