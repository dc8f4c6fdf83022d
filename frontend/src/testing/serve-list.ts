import { http } from "msw";

import type { components } from "../lib/schema";
import { answer, API, server } from "./server";

type Connection = components["schemas"]["Connection"];

/** Lets the API list these connections, `size` a page. Returns the cursors that were asked for. */
export function serveList(connections: readonly Connection[], size = 100) {
  const asked: (string | null)[] = [];
  server.use(
    http.get(`${API}/api/connections`, ({ request }) => {
      const cursor = new URL(request.url).searchParams.get("cursor");
      asked.push(cursor);
      const from = Number(cursor ?? 0);
      const to = from + size;
      return answer({
        items: connections.slice(from, to),
        nextCursor: to < connections.length ? String(to) : null,
      });
    }),
  );
  return asked;
}
