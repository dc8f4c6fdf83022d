import { Container, Group, Text } from "@mantine/core";
import type { ReactNode } from "react";

import { useTexts } from "../texts/texts";
import { AppearanceMenu } from "./AppearanceMenu";
import { Mark } from "./Mark";
import classes from "./Shell.module.css";

interface Props {
  /** On the right of the header: who is signed in. */
  account?: ReactNode;
  children: ReactNode;
}

const MAIN = "content";

/** What is around every view: a way past the header, the header, and the main landmark. */
export function Shell({ account, children }: Props) {
  const { app } = useTexts();
  // A link to `#content` would write that into the address, where a consent returns to.
  const skip = (event: React.MouseEvent) => {
    event.preventDefault();
    document.getElementById(MAIN)?.focus();
  };
  return (
    <>
      <a href={`#${MAIN}`} className={classes.skip} onClick={skip}>
        {app.skip}
      </a>
      <header className={classes.header}>
        <Container size="lg" h="100%">
          <Group h="100%" gap="xs" justify="space-between" wrap="nowrap">
            <Group gap="xs" wrap="nowrap" className={classes.brand}>
              <Mark />
              <Text fw={650} truncate>
                {app.name}
              </Text>
            </Group>
            <Group gap="xs" wrap="nowrap">
              <AppearanceMenu />
              {account}
            </Group>
          </Group>
        </Container>
      </header>
      <main id={MAIN} tabIndex={-1} className={classes.main}>
        <Container size="lg" py="xl">
          {children}
        </Container>
      </main>
    </>
  );
}
