import { useCallback, useMemo } from "react";
import { useSearchParams } from "wouter";

import type { Marketplace } from "../api/types";

/** How a consent ended, as the server's callback tells it in the address. */
export type ConsentResult =
  "connected" | "denied" | "expired" | "invalid" | "other_account" | "refused" | "failed";

/** Whose connections are looked at; everybody's are those of the organization. */
export type Whose = "own" | "everybody";

/** Where on the page somebody is. */
export type Place =
  | { at: "list"; whose: Whose }
  /** What happened in the organization. */
  | { at: "trail" }
  /** Choosing a marketplace, or at its form with what the marketplace filled in. */
  | { at: "connect"; marketplace: Marketplace | null; fields: Record<string, string> }
  /** Back from a consent page. */
  | { at: "returned"; whose: Whose; result: ConsentResult; reason: string | null; connections: string[] };

const MARKETPLACES: readonly string[] = ["takealot", "amazon", "shopify", "xero"] satisfies Marketplace[];
const RESULTS: readonly string[] = [
  "connected",
  "denied",
  "expired",
  "invalid",
  "other_account",
  "refused",
  "failed",
] satisfies ConsentResult[];
/** Parameters that are the host application's are left alone. */
const OURS = ["show", "connect", "result", "reason", "connection"];
/** What a marketplace where a connection begins may fill in; none of it is secret. */
const START_FIELDS = [
  "shop",
  "region",
  "country",
  "sellingPartnerId",
  "amazonCallbackUri",
  "amazonState",
  "version",
];

/** Where somebody can go by themselves. */
export type OpenPlace =
  { at: "list"; whose: Whose } | { at: "trail" } | { at: "connect"; marketplace: Marketplace | null };

/** Reads the parameters of the address; what is not understood is the list. */
export function placeOf(parameters: URLSearchParams): Place {
  const show = parameters.get("show");
  const whose = show === "everybody" ? show : "own";
  const result = parameters.get("result");
  if (result !== null && RESULTS.includes(result)) {
    return {
      at: "returned",
      whose,
      result: result as ConsentResult,
      reason: parameters.get("reason"),
      connections: parameters.getAll("connection"),
    };
  }
  const connect = parameters.get("connect");
  if (connect === null) {
    return show === "history" ? { at: "trail" } : { at: "list", whose };
  }
  const filled = START_FIELDS.flatMap((name) => {
    const value = parameters.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  return {
    at: "connect",
    marketplace: MARKETPLACES.includes(connect) ? (connect as Marketplace) : null,
    fields: Object.fromEntries(filled),
  };
}

/** The parameters with which the page is at `connect`, or back at the list; those of the host stay. */
export function withPlace(parameters: URLSearchParams, to: OpenPlace): URLSearchParams {
  const next = new URLSearchParams(parameters);
  for (const name of [...OURS, ...START_FIELDS]) {
    next.delete(name);
  }
  if (to.at === "connect") {
    next.set("connect", to.marketplace ?? "");
  } else if (to.at === "trail") {
    next.set("show", "history");
  } else if (to.whose === "everybody") {
    next.set("show", "everybody");
  }
  return next;
}

/** Where a consent returns to: this page, at the list that it began from. */
export function ownAddress(): string {
  const url = new URL(window.location.href);
  const place = placeOf(url.searchParams);
  const whose = place.at === "list" ? place.whose : "own";
  url.search = withPlace(url.searchParams, { at: "list", whose }).toString();
  url.hash = "";
  return url.toString();
}

/** Where on the page somebody is, in the address, so that the browser's back button works. */
export function usePlace() {
  const [parameters, setParameters] = useSearchParams();
  const place = useMemo(() => placeOf(parameters), [parameters]);
  const go = useCallback(
    (to: OpenPlace, options?: { replace?: boolean }) => {
      setParameters((current) => withPlace(current, to), options);
    },
    [setParameters],
  );
  return { place, go };
}
