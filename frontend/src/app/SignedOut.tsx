import { Alert, Button, Code, Paper, Stack, Text, Title } from "@mantine/core";
import { useEffect, useRef } from "react";

import { useTexts } from "../texts/texts";
import { signInAddress, type Outcome } from "./outcome";
import { useTitle } from "./useTitle";
import type { End } from "./useSession";

interface Props {
  canSignIn: boolean;
  /** How signing in ended, where it did not work. */
  outcome: Outcome | null;
  /** What happened to the session that there was. */
  end: End | null;
}

/** Nobody is signed in: where to sign in, and what happened. The address stays, to be come back to. */
export function SignedOut({ canSignIn, outcome, end }: Props) {
  const { signIn } = useTexts().app;
  useTitle(signIn.title);
  const heading = useRef<HTMLHeadingElement>(null);
  // Whoever was at work is told where they are now; whoever opens the page is left alone.
  useEffect(() => {
    if (end) {
      heading.current?.focus();
    }
  }, [end]);
  const happened = end ? signIn.end[end] : outcome && signIn.outcome[outcome];
  return (
    <Paper withBorder maw="28rem" mx="auto" p="xl">
      <Stack gap="lg">
        <Title order={1} ref={heading} tabIndex={-1}>
          {signIn.title}
        </Title>
        {happened !== null && (
          <Alert color={end ? "blue" : "yellow"} role="status">
            {happened}
          </Alert>
        )}
        <Text>{signIn.purpose}</Text>
        {canSignIn ? (
          <Button component="a" href={signInAddress(window.location)} size="md">
            {(end ?? outcome) ? signIn.again : signIn.button}
          </Button>
        ) : (
          <ByLink />
        )}
      </Stack>
    </Paper>
  );
}

function ByLink() {
  const { signIn } = useTexts().app;
  return (
    <Stack gap="xs">
      <Text>{signIn.byLink}</Text>
      <Text size="sm" c="dimmed">
        {signIn.byLinkHow}
      </Text>
      <Code block>fluxori-server sign-in-link --user NAME --organization NAME</Code>
    </Stack>
  );
}
