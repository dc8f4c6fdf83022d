/** Names of what is cached. */
export const keys = {
  all: ["connections"] as const,
  list: ["connections", "list"] as const,
  one: (id: string) => ["connections", "one", id] as const,
  events: (id: string) => ["connections", "events", id] as const,
  summary: ["connections", "summary"] as const,
  marketplaces: ["marketplaces"] as const,
};
