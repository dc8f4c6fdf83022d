import { Button, Drawer, Skeleton, Stack, Text } from "@mantine/core";

import { ProblemNotice } from "../../../../components/ProblemNotice";
import { useTexts } from "../../../../texts/texts";
import type { Connection } from "../../api/types";
import { useConnectionEvents } from "../../hooks/useConnectionEvents";
import classes from "./History.module.css";
import { HistoryEvent } from "./HistoryEvent";

interface Props {
  connection: Connection;
  onClose: () => void;
}

/** What happened to a connection, newest first. */
export function HistoryDialog({ connection, onClose }: Props) {
  const texts = useTexts();
  const words = texts.list.history;
  const history = useConnectionEvents(connection.id);
  const { events, isPending, error, hasNextPage, isFetchingNextPage, isFetchNextPageError } = history;
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="lg"
      title={words.title(connection.label)}
      closeButtonProps={{ "aria-label": texts.common.close }}
    >
      <Stack>
        {isPending && (
          <div role="status" aria-label={words.loading}>
            <Skeleton height={18} mb="md" />
            <Skeleton height={18} width="80%" mb="md" />
            <Skeleton height={18} width="60%" />
          </div>
        )}
        {!isPending && !error && events.length === 0 && <Text size="sm">{words.empty}</Text>}
        {events.length > 0 && (
          <ol className={classes["events"]}>
            {events.map((event) => (
              <HistoryEvent key={event.id} event={event} />
            ))}
          </ol>
        )}
        <ProblemNotice
          error={error}
          title={words.failed}
          isRetrying={history.isFetching}
          onRetry={() => void (isFetchNextPageError ? history.fetchNextPage() : history.refetch())}
        />
        {hasNextPage && !isFetchNextPageError && (
          <Button variant="default" loading={isFetchingNextPage} onClick={() => void history.fetchNextPage()}>
            {words.more}
          </Button>
        )}
      </Stack>
    </Drawer>
  );
}
