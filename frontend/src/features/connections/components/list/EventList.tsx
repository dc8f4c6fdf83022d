import { Button, Skeleton, Stack, Text } from "@mantine/core";

import { ProblemNotice } from "../../../../components/ProblemNotice";
import { useTexts } from "../../../../texts/texts";
import type { useConnectionEvents } from "../../hooks/useConnectionEvents";
import classes from "./History.module.css";
import { HistoryEvent } from "./HistoryEvent";

interface Props {
  history: ReturnType<typeof useConnectionEvents>;
  /** Whether each event says to which connection it happened. */
  namesConnections?: boolean;
}

/** What happened, newest first; older events follow when they are asked for. */
export function EventList({ history, namesConnections = false }: Props) {
  const words = useTexts().list.history;
  const { data, isPending, error, hasNextPage, isFetchingNextPage, isFetchNextPageError } = history;
  const events = data?.pages.flatMap((page) => page.items) ?? [];
  return (
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
            <HistoryEvent key={event.id} event={event} namesConnection={namesConnections} />
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
  );
}
