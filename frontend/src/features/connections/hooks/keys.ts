import type { Whose } from "../navigation/location";

/** Names of what is cached. */
export const keys = {
  all: ["connections"] as const,
  lists: ["connections", "list"] as const,
  list: (whose: Whose) => ["connections", "list", whose] as const,
  one: (id: string) => ["connections", "one", id] as const,
  events: (id: string) => ["connections", "events", id] as const,
  trail: (user: string | null) => ["connections", "trail", user] as const,
  summary: ["connections", "summary"] as const,
  marketplaces: ["marketplaces"] as const,
};
