import { Menu, Text } from "@mantine/core";

import type { OpenProps } from "../components/menu/MenuButton";
import { OpenMenu } from "../components/menu/OpenMenu";
import { useTexts } from "../texts/texts";
import classes from "./AccountMenu.module.css";
import type { Session } from "./session.api";

interface Props extends OpenProps {
  session: Session;
  onSignOut: () => void;
}

/** In whose name the page is used, and signing out. */
export function AccountChoices({ session, onSignOut, ...open }: Props) {
  const { app, list } = useTexts();
  return (
    <OpenMenu {...open} width={260}>
      <Menu.Label className={classes.who}>
        {app.signedInAs}
        <Text size="sm" fw={600} c="var(--mantine-color-text)">
          {session.user}
        </Text>
        {app.organization(session.organization)}
        {session.readOnly && <Text size="xs">{list.readOnly}</Text>}
      </Menu.Label>
      <Menu.Divider />
      <Menu.Item onClick={onSignOut}>{app.signOut}</Menu.Item>
    </OpenMenu>
  );
}
