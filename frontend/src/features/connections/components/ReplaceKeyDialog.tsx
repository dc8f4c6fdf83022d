import { Modal, Skeleton, Text } from "@mantine/core";
import { useState } from "react";

import { ProblemNotice } from "../../../components/ProblemNotice";
import { useTexts } from "../../../texts/texts";
import type { Connection, ReplacedCredentials } from "../api/types";
import { useMarketplaces } from "../hooks/useMarketplaces";
import { ReplacedResult } from "./form/ReplacedResult";
import { ReplaceKeyForm } from "./form/ReplaceKeyForm";

interface Props {
  connection: Connection;
  onClose: () => void;
}

/** Gives a connection another key. */
export function ReplaceKeyDialog({ connection, onClose }: Props) {
  const texts = useTexts();
  const { data, error, isFetching, refetch } = useMarketplaces();
  const [replaced, setReplaced] = useState<ReplacedCredentials | null>(null);
  const marketplace = data?.find((other) => other.marketplace === connection.marketplace);
  const kind = marketplace?.authKinds.find(
    ({ method, authType }) => method === "form" && authType === connection.authType,
  );
  return (
    <Modal
      opened
      onClose={onClose}
      title={texts.form.replace.title(connection.label)}
      closeButtonProps={{ "aria-label": texts.common.close }}
      size="lg"
    >
      {!data && !error && <Skeleton height={120} />}
      {error && <ProblemNotice error={error} onRetry={() => void refetch()} isRetrying={isFetching} />}
      {replaced && <ReplacedResult replaced={replaced} onClose={onClose} />}
      {!replaced && marketplace && kind && (
        <ReplaceKeyForm
          connection={connection}
          marketplace={marketplace}
          kind={kind}
          onReplaced={setReplaced}
          onClose={onClose}
        />
      )}
      {data && !kind && <Text>{texts.form.replace.noForm}</Text>}
    </Modal>
  );
}
