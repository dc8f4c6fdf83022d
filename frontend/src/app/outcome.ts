const OUTCOMES = ["denied", "expired", "failed", "forbidden", "link"] as const;

/** How signing in ended, where it did not work. */
export type Outcome = (typeof OUTCOMES)[number];

/** Reads `?signIn=…`. */
export function outcomeOf(search: string): Outcome | null {
  const said = new URLSearchParams(search).get("signIn");
  return OUTCOMES.find((outcome) => outcome === said) ?? null;
}

/** The path and query without how signing in ended. */
export function ownPath({ pathname, search }: Pick<Location, "pathname" | "search">): string {
  const parameters = new URLSearchParams(search);
  parameters.delete("signIn");
  return parameters.size === 0 ? pathname : `${pathname}?${parameters.toString()}`;
}

/** Where to sign in; whoever does comes back to where they are now. */
export function signInAddress(location: Pick<Location, "pathname" | "search">): string {
  return `/auth/sign-in?returnTo=${encodeURIComponent(ownPath(location))}`;
}
