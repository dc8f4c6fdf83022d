import { Button, Group, Text } from "@mantine/core";
import { useRef, useState } from "react";

import { LazyPart } from "../../../../components/LazyPart";
import { ViewTitle } from "../../../../components/ViewTitle";
import { useApi } from "../../../../lib/api-context";
import { later } from "../../../../lib/later";
import { useTexts } from "../../../../texts/texts";
import type { Whose } from "../../navigation/location";

const HandOverDialog = later(async () => (await import("./HandOverDialog")).HandOverDialog);

interface Props {
  title: string;
  takesFocus: boolean;
  whose: Whose;
  onConnect: () => void;
}

/** What the list is, and what can be done beside it. */
export function ListHeader({ title, takesFocus, whose, onConnect }: Props) {
  const { list, form } = useTexts();
  const { rights } = useApi();
  const [isHandingOver, setIsHandingOver] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const close = () => {
    setIsHandingOver(false);
    opener.current?.focus();
  };
  return (
    <Group justify="space-between">
      <ViewTitle order={1} takesFocus={takesFocus}>
        {title}
      </ViewTitle>
      {rights.change === "none" && <Text c="dimmed">{list.readOnly}</Text>}
      {rights.change !== "none" && whose === "own" && <Button onClick={onConnect}>{form.title}</Button>}
      {whose === "everybody" && (
        <Button ref={opener} variant="default" onClick={() => setIsHandingOver(true)}>
          {list.handOver.button}
        </Button>
      )}
      {isHandingOver && (
        <LazyPart>
          <HandOverDialog onClose={close} />
        </LazyPart>
      )}
    </Group>
  );
}
