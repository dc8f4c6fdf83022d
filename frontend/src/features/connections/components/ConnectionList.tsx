import { Alert, Text, VisuallyHidden } from "@mantine/core";
import { useRef, useState } from "react";

import { AlertIcon } from "../../../components/icons/AlertIcon";
import { LazyPart } from "../../../components/LazyPart";
import { ProblemNotice } from "../../../components/ProblemNotice";
import { useApi } from "../../../lib/api-context";
import { later, useLaterParts } from "../../../lib/later";
import { useTexts } from "../../../texts/texts";
import { useConnections } from "../hooks/useConnections";
import { useMarketplaces } from "../hooks/useMarketplaces";
import { useOnline } from "../hooks/useOnline";
import { usePlace, type Whose } from "../navigation/location";
import classes from "./ConnectionList.module.css";
import { ListContents } from "./list/ListContents";
import { ListEmpty } from "./list/ListEmpty";
import { ListSkeleton } from "./list/ListSkeleton";
import { useDialog } from "./list/use-dialog";

interface Props {
  /** Connections to point out; the first of them comes into sight, with the focus on it. */
  highlighted?: readonly string[];
  /** Those of the person who looks, or everybody's in the organization. */
  whose?: Whose;
}

// Not needed for the first screen.
const ListDialogs = later(async () => (await import("./list/ListDialogs")).ListDialogs);

const NONE: readonly string[] = [];

/** Connections, and everything that can be done to them. */
export function ConnectionList({ highlighted = NONE, whose = "own" }: Props) {
  useLaterParts();
  const texts = useTexts();
  const { rights } = useApi();
  const { go } = usePlace();
  const isOnline = useOnline();
  const list = useConnections(whose);
  const { data, error, connections, isFetchNextPageError } = list;
  const { data: descriptors } = useMarketplaces();
  const home = useRef<HTMLDivElement>(null);
  const { dialog, open, close } = useDialog(home);
  const [announcement, announce] = useState("");
  const words = texts.list;
  return (
    <div ref={home} tabIndex={-1} role="group" aria-label={words.title} className={classes["list"]}>
      <VisuallyHidden role="status">{announcement}</VisuallyHidden>
      {!isOnline && (
        <Alert color="yellow" role="status" icon={<AlertIcon />} title={words.offline.title}>
          {data ? words.offline.text : words.offline.nothing}
        </Alert>
      )}
      {!isFetchNextPageError && (
        <ProblemNotice
          error={error}
          title={data ? words.refreshFailed : words.loadFailed}
          isRetrying={list.isFetching}
          onRetry={() => void list.refetch()}
        />
      )}
      {!data && !error && isOnline && <ListSkeleton />}
      {data &&
        connections.length === 0 &&
        (whose === "everybody" || rights.change === "none" ? (
          <Text>{whose === "everybody" ? words.everybody.empty : words.empty.nothing}</Text>
        ) : (
          <ListEmpty onConnect={() => go({ at: "connect", marketplace: null })} />
        ))}
      {connections.length > 0 && (
        <ListContents
          list={list}
          descriptors={descriptors}
          isOnline={isOnline}
          highlighted={highlighted}
          namesOwners={whose === "everybody"}
          announce={announce}
          onOpen={open}
        />
      )}
      {/* Outlives the list: the last connection may be the one that is disconnected in it. */}
      {dialog && (
        <LazyPart>
          <ListDialogs
            action={dialog.action}
            connection={connections.find(({ id }) => id === dialog.connection.id) ?? dialog.connection}
            connections={connections}
            descriptors={descriptors}
            texts={texts}
            announce={announce}
            onClose={close}
          />
        </LazyPart>
      )}
    </div>
  );
}
