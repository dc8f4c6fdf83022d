import type { Marketplace } from "../api/types";

interface Props {
  /** `null`: the marketplace is chosen first. */
  marketplace: Marketplace | null;
  /** What the marketplace where the connection begins filled in. */
  fields: Record<string, string>;
}

/** Connects a new account. */
export function ConnectionForm({ marketplace }: Props) {
  return <p>{marketplace}</p>;
}
