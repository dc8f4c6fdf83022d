import type { MouseEvent } from "react";
import { useSearchParams } from "wouter";

import { usePlace, withPlace, type OpenPlace } from "./location";

/** A link to a place on the page: a real one, that can be opened in a new tab too. */
export function usePlaceLink(to: OpenPlace) {
  const [parameters] = useSearchParams();
  const { go } = usePlace();
  return {
    href: `?${withPlace(parameters, to).toString()}`,
    onClick: (event: MouseEvent<HTMLAnchorElement>) => {
      if (event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey) {
        event.preventDefault();
        go(to);
      }
    },
  };
}
