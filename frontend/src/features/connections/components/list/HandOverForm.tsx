import { Button, Group, NativeSelect, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { useState, type SubmitEvent } from "react";

import { ProblemNotice } from "../../../../components/ProblemNotice";
import { ApiProblem } from "../../../../lib/problem";
import { useTexts } from "../../../../texts/texts";
import type { Connection, TransferRequest } from "../../api/types";
import type { useConnections } from "../../hooks/useConnections";

interface Props {
  /** Everybody's connections, all of them soon. */
  list: ReturnType<typeof useConnections>;
  error: unknown;
  isPending: boolean;
  onSubmit: (request: TransferRequest) => void;
  onClose: () => void;
}

/** Who has how many, by name. */
function ownersOf(connections: readonly Connection[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { user } of connections) {
    counts.set(user, (counts.get(user) ?? 0) + 1);
  }
  return [...counts].sort(([one], [other]) => one.localeCompare(other));
}

function textOf(data: FormData, name: string): string {
  const value = data.get(name);
  return typeof value === "string" ? value.trim() : "";
}

/** From whom, and to whom. */
export function HandOverForm({ list, error, isPending, onSubmit, onClose }: Props) {
  const texts = useTexts();
  const words = texts.list.handOver;
  const [invalid, setInvalid] = useState<string | null>(null);
  const refused = error instanceof ApiProblem ? error.fieldMessage("toUser") : undefined;
  const isWhole = list.data !== undefined && !list.hasNextPage;

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const [fromUser, toUser] = [textOf(data, "from"), textOf(data, "to")];
    const wrong = toUser === "" ? words.toMissing : toUser === fromUser ? words.toSame : null;
    setInvalid(wrong);
    if (wrong === null && fromUser !== "" && !isPending) {
      onSubmit({ fromUser, toUser });
    }
  };

  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Text>{words.text}</Text>
        {!isWhole && !list.error && (
          <div role="status" aria-label={words.loading}>
            <Skeleton height={58} />
          </div>
        )}
        <ProblemNotice
          error={list.error}
          title={texts.list.loadFailed}
          isRetrying={list.isFetching}
          onRetry={() => void (list.isFetchNextPageError ? list.fetchNextPage() : list.refetch())}
        />
        {isWhole && (
          <NativeSelect
            name="from"
            label={words.from}
            data={ownersOf(list.connections).map(([value, count]) => ({
              value,
              label: words.fromChoice(value, count),
            }))}
          />
        )}
        <TextInput
          name="to"
          label={words.to}
          description={words.toHelp}
          error={invalid ?? refused}
          autoComplete="off"
          data-autofocus
        />
        {refused === undefined && <ProblemNotice error={error} title={words.failed} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {texts.common.cancel}
          </Button>
          <Button type="submit" loading={isPending} disabled={!isWhole}>
            {words.confirm}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
