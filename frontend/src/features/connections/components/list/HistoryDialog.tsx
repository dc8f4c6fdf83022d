import { Drawer } from "@mantine/core";

import { useTexts } from "../../../../texts/texts";
import type { Connection } from "../../api/types";
import { useConnectionEvents } from "../../hooks/useConnectionEvents";
import { EventList } from "./EventList";

interface Props {
  connection: Connection;
  onClose: () => void;
}

/** What happened to a connection. */
export function HistoryDialog({ connection, onClose }: Props) {
  const texts = useTexts();
  const history = useConnectionEvents(connection.id);
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="lg"
      title={texts.list.history.title(connection.label)}
      closeButtonProps={{ "aria-label": texts.common.close }}
    >
      <EventList history={history} />
    </Drawer>
  );
}
