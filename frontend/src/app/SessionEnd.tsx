import { Alert, Anchor, Group } from "@mantine/core";

import { relativeTime, timeOfDay } from "../lib/format";
import { useNow } from "../lib/use-now";
import { useTexts } from "../texts/texts";
import { signInAddress } from "./outcome";

const WARN_BEFORE = 10 * 60 * 1000;

/** Says in time that the session ends, so that nobody is thrown out in the middle of a form. */
export function SessionEnd({ expiresAt, canSignIn }: { expiresAt: string; canSignIn: boolean }) {
  const { app, language } = useTexts();
  const now = useNow();
  const left = Date.parse(expiresAt) - now;
  const isNear = left > 0 && left <= WARN_BEFORE;
  return (
    <div role="status">
      {isNear && (
        <Alert color="yellow" role="presentation" mb="lg">
          <Group gap="sm">
            <span>
              {app.sessionEnds(timeOfDay(expiresAt, language), relativeTime(expiresAt, now, language))}
            </span>
            {canSignIn && (
              <Anchor href={signInAddress(window.location)} fw={600} underline="always" c="inherit">
                {app.signIn.again}
              </Anchor>
            )}
          </Group>
        </Alert>
      )}
    </div>
  );
}
