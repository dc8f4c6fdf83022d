import { Button, Menu, Text } from "@mantine/core";

import { PersonIcon } from "../components/icons/PersonIcon";
import { useTexts } from "../texts/texts";
import classes from "./AccountMenu.module.css";
import type { Session } from "./session.api";

interface Props {
  session: Session;
  onSignOut: () => void;
  isSigningOut: boolean;
}

/** Who is signed in, and the way out. */
export function AccountMenu({ session, onSignOut, isSigningOut }: Props) {
  const { app } = useTexts();
  return (
    <Menu position="bottom-end" width={260} withinPortal={false} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          px="xs"
          leftSection={<PersonIcon size={20} />}
          classNames={{ root: classes.button, section: classes.icon }}
          loading={isSigningOut}
          aria-label={app.account(session.user)}
        >
          <span className={classes.name}>{session.user}</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label className={classes.who}>
          {app.signedInAs}
          <Text size="sm" fw={600} c="var(--mantine-color-text)">
            {session.user}
          </Text>
          {app.organization(session.organization)}
          {session.readOnly && <Text size="xs">{app.readOnly}</Text>}
        </Menu.Label>
        <Menu.Divider />
        <Menu.Item onClick={onSignOut}>{app.signOut}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
