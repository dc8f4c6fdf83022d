import { Alert, Group, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

import { AlertIcon } from "../../../../components/icons/AlertIcon";

interface Props {
  title: string;
  children: ReactNode;
  /** Ways on. */
  actions?: ReactNode;
  /** The marketplace or the server did not say no: it said something else first. */
  gentle?: boolean;
}

/** A refusal in words. */
export function RefusalAlert({ title, children, actions, gentle = false }: Props) {
  return (
    <Alert color={gentle ? "yellow" : "red"} icon={<AlertIcon />} title={title}>
      <Stack gap="xs">
        <Text component="div" size="sm" style={{ overflowWrap: "anywhere" }}>
          {children}
        </Text>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Stack>
    </Alert>
  );
}
