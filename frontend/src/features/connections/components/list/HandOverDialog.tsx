import { Modal } from "@mantine/core";
import { useState } from "react";

import { useTexts } from "../../../../texts/texts";
import { useConnections } from "../../hooks/useConnections";
import { useTransfer } from "../../hooks/useTransfer";
import { HandedOver } from "./HandedOver";
import { HandOverForm } from "./HandOverForm";
import { useWholeList } from "./use-whole-list";

interface Props {
  onClose: () => void;
}

/** Hands all connections of somebody over to somebody else, and says what became of each. */
export function HandOverDialog({ onClose }: Props) {
  const { list: words, common } = useTexts();
  const list = useConnections("everybody");
  useWholeList(list, true);
  const transfer = useTransfer();
  // Afterwards the list has them under their new owner, or not at all.
  const [labels, setLabels] = useState<ReadonlyMap<string, string>>(new Map());
  return (
    <Modal
      opened
      onClose={onClose}
      title={words.handOver.title}
      closeButtonProps={{ "aria-label": common.close }}
    >
      {transfer.data ? (
        <HandedOver
          items={transfer.data.items}
          to={transfer.variables.toUser}
          labels={labels}
          onClose={onClose}
        />
      ) : (
        <HandOverForm
          list={list}
          error={transfer.error}
          isPending={transfer.isPending}
          onSubmit={(request) => {
            setLabels(new Map(list.connections.map(({ id, label }) => [id, label])));
            transfer.mutate(request);
          }}
          onClose={onClose}
        />
      )}
    </Modal>
  );
}
