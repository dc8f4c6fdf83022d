import { Button } from "@mantine/core";

import { PersonIcon } from "../components/icons/PersonIcon";
import { MenuButton } from "../components/menu/MenuButton";
import { later } from "../lib/later";
import { useTexts } from "../texts/texts";
import classes from "./AccountMenu.module.css";
import type { Session } from "./session.api";

const AccountChoices = later(async () => (await import("./AccountChoices")).AccountChoices);

interface Props {
  session: Session;
  onSignOut: () => void;
  isSigningOut: boolean;
}

/** Who is signed in, and the way out. */
export function AccountMenu({ session, onSignOut, isSigningOut }: Props) {
  const { app } = useTexts();
  return (
    <MenuButton
      button={(trigger) => (
        <Button
          variant="subtle"
          color="gray"
          px="xs"
          leftSection={<PersonIcon size={20} />}
          classNames={{ root: classes.button, section: classes.icon }}
          loading={isSigningOut}
          aria-label={app.account(session.user)}
          {...trigger}
        >
          <span className={classes.name}>{session.user}</span>
        </Button>
      )}
      menu={(open) => <AccountChoices {...open} session={session} onSignOut={onSignOut} />}
    />
  );
}
