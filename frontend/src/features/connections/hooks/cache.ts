import type { InfiniteData, QueryClient } from "@tanstack/react-query";

import type { Connection, ConnectionPage } from "../api/types";
import { keys } from "./keys";

type Pages = InfiniteData<ConnectionPage, string | undefined>;

/** Changes connections wherever they are cached; `change` returns `null` for one that is gone. */
function rewrite(cache: QueryClient, change: (connection: Connection) => Connection | null) {
  cache.setQueriesData<Pages>(
    { queryKey: keys.lists },
    (pages) =>
      pages && {
        ...pages,
        pages: pages.pages.map((page) => ({
          ...page,
          items: page.items.map(change).filter((connection) => connection !== null),
        })),
      },
  );
  for (const [key, cached] of cache.getQueriesData<Connection>({ queryKey: [...keys.all, "one"] })) {
    if (cached) {
      cache.setQueryData(key, change(cached) ?? undefined);
    }
  }
}

/** Puts what the server said of a connection wherever an older copy is. */
export function putConnection(cache: QueryClient, fresh: Connection) {
  rewrite(cache, (cached) => (cached.id === fresh.id ? fresh : cached));
}

/** Changes some members of a connection ahead of the server's answer. */
export function patchConnection(cache: QueryClient, id: string, patch: Partial<Connection>) {
  rewrite(cache, (cached) => (cached.id === id ? { ...cached, ...patch } : cached));
}

/** Makes it the only default that its owner has at its marketplace. */
export function putDefault(cache: QueryClient, chosen: Connection) {
  rewrite(cache, (cached) =>
    cached.marketplace === chosen.marketplace && cached.user === chosen.user
      ? { ...cached, isDefault: cached.id === chosen.id }
      : cached,
  );
}

/** Takes a connection out. */
export function dropConnection(cache: QueryClient, id: string) {
  rewrite(cache, (cached) => (cached.id === id ? null : cached));
}

/** Lets everything be asked again that is on the screen. */
export function refreshAll(cache: QueryClient) {
  return cache.invalidateQueries({ queryKey: keys.all });
}
