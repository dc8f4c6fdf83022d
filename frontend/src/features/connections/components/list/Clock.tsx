import { VisuallyHidden } from "@mantine/core";
import { Suspense, useRef, useState } from "react";

import { dateAndTime, relativeTime } from "../../../../lib/format";
import { later } from "../../../../lib/later";
import { useNow } from "../../../../lib/use-now";
import { useTexts } from "../../../../texts/texts";
import type { Connection } from "../../api/types";
import classes from "./Facts.module.css";

// Made, and loaded, only when looked at: a list has many of them.
const Tooltip = later(async () => (await import("./ClockTooltip")).ClockTooltip);

/** What runs out next, in words; the date shows on hover, on focus and on a tap. */
export function Clock({ expiry }: { expiry: NonNullable<Connection["nextExpiry"]> }) {
  const texts = useTexts();
  const now = useNow();
  const target = useRef<HTMLButtonElement>(null);
  const [isShown, setShown] = useState(false);
  const when = relativeTime(expiry.at, now, texts.language);
  const isOver = Date.parse(expiry.at) <= now;
  const isSoon = typeof expiry.warningDays === "number";
  const { clocks, clocksOver, renewed } = texts.list.facts;
  // As long as there is time, the server renews it before.
  const ahead = expiry.kind === "refresh_token" && !isSoon ? renewed : clocks[expiry.kind];
  const date = dateAndTime(expiry.at, texts.language);
  return (
    <>
      <button
        ref={target}
        type="button"
        className={classes["clock"]}
        data-soon={isSoon || undefined}
        onClick={() => setShown(true)}
        onFocus={() => setShown(true)}
        onBlur={() => setShown(false)}
        onMouseEnter={() => setShown(true)}
        onMouseLeave={() => setShown(false)}
        onKeyDown={(event) => {
          if (event.key === "Escape") {
            setShown(false);
          }
        }}
      >
        {isOver ? clocksOver[expiry.kind](when) : ahead(when)}
        <VisuallyHidden>, {date}</VisuallyHidden>
      </button>
      <Suspense>{isShown && <Tooltip target={target} date={date} />}</Suspense>
    </>
  );
}
