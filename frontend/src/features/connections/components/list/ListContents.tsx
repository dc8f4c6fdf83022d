import { Button, Text } from "@mantine/core";
import { useCallback, useDeferredValue, useMemo, useState } from "react";

import { ProblemNotice } from "../../../../components/ProblemNotice";
import { useTexts } from "../../../../texts/texts";
import type { Connection, MarketplaceDescriptor } from "../../api/types";
import type { useConnections } from "../../hooks/useConnections";
import type { Action } from "./condition";
import { ConnectionGroups } from "./ConnectionGroups";
import { EVERYTHING, isNarrowed, narrow } from "./grouping";
import type { DialogAction } from "./ListDialogs";
import classes from "./ListContents.module.css";
import { ListTools } from "./ListTools";
import type { Origin } from "./row-state";
import { useActions } from "./useActions";
import { useHighlight } from "./use-highlight";
import { useReached } from "./use-reached";
import { useWholeList } from "./use-whole-list";

/** From so many connections upward there is a search. */
const MANY = 10;

interface Props {
  list: ReturnType<typeof useConnections>;
  descriptors: readonly MarketplaceDescriptor[] | undefined;
  isOnline: boolean;
  highlighted: readonly string[];
  /** Whether each connection says whose it is. */
  namesOwners: boolean;
  announce: (text: string) => void;
  onOpen: (action: DialogAction, connection: Connection, origin: Origin) => void;
}

/** The list when there is something in it. */
export function ListContents({
  list,
  descriptors,
  isOnline,
  highlighted,
  namesOwners,
  announce,
  onOpen,
}: Props) {
  const texts = useTexts();
  const words = texts.list;
  const { connections, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = list;
  const { rows, run, dismiss } = useActions(announce);

  const [wanted, setWanted] = useState(EVERYTHING);
  // Typing stays quick, whatever the rows take.
  const applied = useDeferredValue(wanted);
  const shown = useMemo(() => narrow(connections, applied, namesOwners), [connections, applied, namesOwners]);
  const isNarrow = isNarrowed(wanted);
  const isGrouped = useMemo(() => new Set(connections.map((one) => one.marketplace)).size > 1, [connections]);
  const isLoaded = (id: string) => connections.some((connection) => connection.id === id);
  const isAwaited = !highlighted.every(isLoaded);
  useWholeList(list, isNarrow || isAwaited);
  useHighlight(highlighted, isLoaded);
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  const end = useReached(hasNextPage && !list.isFetching && !isFetchNextPageError && !isNarrow, more);

  const act = useCallback(
    (action: Action, connection: Connection, origin: Origin) => {
      switch (action) {
        case "test":
        case "reconnect":
        case "makeDefault":
          void run(action, connection);
          break;
        default:
          onOpen(action, connection, origin);
      }
    },
    [run, onOpen],
  );
  const isLooking = isNarrow && hasNextPage && !isFetchNextPageError;

  return (
    <>
      {(connections.length >= MANY || hasNextPage || isNarrow) && (
        <ListTools wanted={wanted} onChange={setWanted} />
      )}
      <div role="status" className={classes["found"]}>
        {isLooking && <Text size="sm">{words.find.looking(connections.length)}</Text>}
        {isNarrow && !isLooking && <Text size="sm">{words.find.found(shown.length)}</Text>}
        {isNarrow && (
          <Button variant="subtle" size="compact-sm" onClick={() => setWanted(EVERYTHING)}>
            {words.find.clear}
          </Button>
        )}
      </div>
      <ConnectionGroups
        connections={shown}
        isGrouped={isGrouped}
        descriptors={descriptors}
        rows={rows}
        isOnline={isOnline}
        highlighted={highlighted}
        namesOwners={namesOwners}
        onAction={act}
        onDismiss={dismiss}
      />
      {isFetchNextPageError && (
        <ProblemNotice
          error={list.error}
          title={words.moreFailed}
          isRetrying={isFetchingNextPage}
          onRetry={more}
        />
      )}
      {hasNextPage && !isFetchNextPageError && !isNarrow && (
        <div ref={end} className={classes["more"]}>
          <Button variant="default" onClick={more} loading={isFetchingNextPage} disabled={!isOnline}>
            {words.showMore}
          </Button>
        </div>
      )}
    </>
  );
}
