import { Alert, Group, Stack } from "@mantine/core";
import type { ReactNode } from "react";

import { AlertIcon } from "../../../../components/icons/AlertIcon";
import { CheckIcon } from "../../../../components/icons/CheckIcon";
import { ViewTitle } from "../../../../components/ViewTitle";
import { useTexts } from "../../../../texts/texts";

interface Props {
  good: boolean;
  title: string;
  children?: ReactNode;
  /** Ways on. */
  actions?: ReactNode;
  onDismiss: () => void;
}

/** How connecting ended, above the list. Its heading takes the focus. */
export function NoticeBox({ good, title, children, actions, onDismiss }: Props) {
  const texts = useTexts();
  return (
    <Alert
      role="group"
      color={good ? "teal" : "yellow"}
      icon={good ? <CheckIcon /> : <AlertIcon />}
      title={
        <ViewTitle order={2} size="h5">
          {title}
        </ViewTitle>
      }
      withCloseButton
      closeButtonLabel={texts.form.returned.dismiss}
      onClose={onDismiss}
    >
      <Stack gap="xs">
        {children}
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Stack>
    </Alert>
  );
}
