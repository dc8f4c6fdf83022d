import { Menu, Text } from "@mantine/core";

import type { OpenProps } from "../components/menu/MenuButton";
import { OpenMenu } from "../components/menu/OpenMenu";
import { rightsOf } from "../lib/rights";
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
  const rights = rightsOf(session.roles);
  return (
    <OpenMenu {...open} width={260}>
      <Menu.Label className={classes.who}>
        {app.signedInAs}
        <Text size="sm" fw={600} c="var(--mantine-color-text)">
          {session.user}
        </Text>
        {app.organization(session.organization)}
        {rights.see !== "none" && rights.change === "none" && <Text size="xs">{list.readOnly}</Text>}
      </Menu.Label>
      <Menu.Divider />
      <Menu.Item onClick={onSignOut}>{app.signOut}</Menu.Item>
    </OpenMenu>
  );
}
