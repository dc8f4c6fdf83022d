import { Modal } from "@mantine/core";

import { useTexts } from "../../../../texts/texts";
import type { Connection, MarketplaceDescriptor } from "../../api/types";
import { useDeleteConnection } from "../../hooks/useDeleteConnection";
import { Disconnected } from "./Disconnected";
import { DisconnectForm } from "./DisconnectForm";

interface Props {
  connection: Connection;
  /** Others of the same consent. */
  siblings: readonly Connection[];
  descriptor: MarketplaceDescriptor | undefined;
  onClose: () => void;
}

/** Disconnects an account: says what will happen, does it, says what happened. */
export function DisconnectDialog({ connection, siblings, descriptor, onClose }: Props) {
  const texts = useTexts();
  const words = texts.list.disconnect;
  const remove = useDeleteConnection();
  const { label, id } = connection;
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      // What was begun is not left before its end is seen.
      closeOnEscape={!remove.isPending}
      closeOnClickOutside={false}
      title={remove.data ? words.done(label) : words.title(label)}
      closeButtonProps={{ "aria-label": texts.common.close }}
    >
      {remove.data ? (
        <Disconnected result={remove.data} onClose={onClose} />
      ) : (
        <DisconnectForm
          connection={connection}
          siblings={siblings}
          help={descriptor?.disconnectHelp}
          isPending={remove.isPending}
          error={remove.error}
          onConfirm={(revoke) => remove.mutate({ id, revoke })}
          onCancel={onClose}
        />
      )}
    </Modal>
  );
}
