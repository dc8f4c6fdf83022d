import { Tooltip } from "@mantine/core";
import type { RefObject } from "react";

/** A date beside the words that it is meant by. */
export function ClockTooltip({ target, date }: { target: RefObject<HTMLElement | null>; date: string }) {
  return <Tooltip target={target} opened label={date} />;
}
