import { Button, Group, Radio, Stack, Text } from "@mantine/core";
import { useState } from "react";

import { ProblemNotice } from "../../../../components/ProblemNotice";
import { useTexts } from "../../../../texts/texts";
import type { Connection } from "../../api/types";
import { canRevoke } from "./condition";

interface Props {
  connection: Connection;
  siblings: readonly Connection[];
  /** What the seller does at the marketplace. */
  help: string | undefined;
  isPending: boolean;
  error: Error | null;
  onConfirm: (revoke: boolean) => void;
  onCancel: () => void;
}

/** What disconnecting does, and whether the marketplace is told. */
export function DisconnectForm({ connection, siblings, help, isPending, error, onConfirm, onCancel }: Props) {
  const texts = useTexts();
  const words = texts.list.disconnect;
  const [choice, setChoice] = useState("revoke");
  const { label } = connection;
  const marketplace = texts.list.marketplaces[connection.marketplace];
  const others = new Intl.ListFormat(texts.language).format(siblings.map((sibling) => sibling.label));
  const byHand = help !== undefined && (
    <>
      <Text size="sm">{words.byHand(marketplace)}</Text>
      <Text size="sm">{help}</Text>
    </>
  );
  return (
    <Stack>
      <Text size="sm">{words.stops(label, marketplace)}</Text>
      {connection.isDefault && <Text size="sm">{words.isDefault}</Text>}
      {siblings.length > 0 && <Text size="sm">{words.shared(others)}</Text>}
      {canRevoke(connection) ? (
        <Radio.Group label={words.choice} value={choice} onChange={setChoice}>
          <Stack gap="xs" mt="xs">
            <Radio
              value="revoke"
              label={words.revoke}
              description={
                connection.marketplace === "xero" ? words.revokeHelp.xero : words.revokeHelp.shopify
              }
              disabled={isPending}
            />
            <Radio
              value="forget"
              label={words.forget}
              description={words.forgetHelp(marketplace)}
              disabled={isPending}
            />
          </Stack>
        </Radio.Group>
      ) : (
        byHand
      )}
      <ProblemNotice error={error} title={words.failed} />
      <Group justify="flex-end">
        <Button variant="default" onClick={onCancel} disabled={isPending} data-autofocus>
          {texts.common.cancel}
        </Button>
        <Button color="red" loading={isPending} onClick={() => onConfirm(choice === "revoke")}>
          {words.confirm}
        </Button>
      </Group>
    </Stack>
  );
}
