import type { Rights } from "../../../lib/rights";
import type { Texts } from "../../../texts/texts";
import type { Place } from "./location";

/** Where somebody with these rights is when the address says `place`: there, or where they may be instead. */
export function reachable(place: Place, { see, change, audit }: Rights): Place {
  if (see === "none" || (place.at === "trail" && audit === "organization")) {
    return { at: "trail" };
  }
  if (place.at === "trail" || (place.at === "connect" && change === "none")) {
    return { at: "list", whose: "own" };
  }
  return place.at === "list" && see !== "organization" ? { at: "list", whose: "own" } : place;
}

/** What a view is called. */
export function titleOf(place: Place, { form, list }: Texts): string {
  switch (place.at) {
    case "connect":
      return form.title;
    case "trail":
      return list.trail.title;
    case "list":
    case "returned":
      return place.whose === "everybody" ? list.everybody.title : list.title;
  }
}
