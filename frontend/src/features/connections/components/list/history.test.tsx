import { screen, within } from "@testing-library/react";
import { delay, http } from "msw";
import { expect, test } from "vitest";

import { expectAccessible } from "../../../../testing/a11y";
import { connection } from "../../../../testing/data";
import { render } from "../../../../testing/render";
import { serveList } from "../../../../testing/serve-list";
import { answer, API, refusal, server } from "../../../../testing/server";
import type { ConnectionEvent } from "../../api/types";
import { ConnectionList } from "../ConnectionList";

let made = 0;

function event(kind: ConnectionEvent["kind"], more: Partial<ConnectionEvent> = {}): ConnectionEvent {
  made += 1;
  return {
    id: `01890a5d-ac96-774b-bcce-${String(made).padStart(12, "e")}`,
    at: "2026-11-20T10:00:00Z",
    kind,
    connectionId: "01890a5d-ac96-774b-bcce-000000000001",
    marketplace: "takealot",
    user: "dev-user",
    occurrences: 1,
    service: "web",
    ...more,
  };
}

async function openHistory(pages: ConnectionEvent[][]) {
  const shop = connection({ label: "Shop" });
  serveList([shop]);
  server.use(
    http.get(`${API}/api/connections/${shop.id}/events`, ({ request }) => {
      const page = Number(new URL(request.url).searchParams.get("cursor") ?? 0);
      return answer({
        items: pages[page] ?? [],
        nextCursor: page + 1 < pages.length ? String(page + 1) : null,
      });
    }),
  );
  const { user } = render(<ConnectionList />);
  await user.click(await screen.findByRole("button", { name: "Actions for Shop" }));
  return {
    shop,
    user,
    open: async () => user.click(await screen.findByRole("menuitem", { name: "History" })),
  };
}

test("tells what happened in words: by which program, for what, how often, how it ended, in which request", async () => {
  const { open } = await openHistory([
    [
      event("credential.read", { service: "stock-sync", purpose: "order import", occurrences: 14 }),
      event("connection.tested", { outcome: "throttled", requestId: "01890a5d-0000" }),
      event("connection.created"),
    ],
  ]);
  await open();
  const dialog = await screen.findByRole("dialog", { name: "History of Shop" });
  await within(dialog).findByText("Connected");
  const [read, tested, created] = within(dialog).getAllByRole("listitem");
  expect(read).toHaveTextContent(/Key used by stock-sync for order import, 14 times/);
  expect(tested).toHaveTextContent(
    /Tested on this page.*There were too many requests to the marketplace.*Request 01890a5d-0000/,
  );
  expect(created).toHaveTextContent(/Connected on this page\s*November 20, 2026 at .*ago/);
  await expectAccessible();
});

test("comes page by page, and goes on after a refusal", async () => {
  const { shop, user, open } = await openHistory([
    [event("connection.changed")],
    [event("connection.created")],
  ]);
  await open();
  const more = await screen.findByRole("button", { name: "Show older" });
  server.use(
    http.get(`${API}/api/connections/${shop.id}/events`, () => refusal("internal", 500), { once: true }),
  );
  await user.click(more);
  const notice = await screen.findByRole("alert", { name: "The history could not be loaded" });
  expect(screen.getByText("Name or default changed")).toBeVisible();
  await user.click(within(notice).getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("Connected", { selector: "strong" })).toBeVisible();
  expect(screen.queryByRole("button", { name: "Show older" })).toBeNull();
});

test("says that there is nothing, and that it is loading", async () => {
  const { shop, open } = await openHistory([[]]);
  server.use(
    http.get(
      `${API}/api/connections/${shop.id}/events`,
      async () => {
        await delay(50);
        return answer({ items: [], nextCursor: null });
      },
      { once: true },
    ),
  );
  await open();
  expect(await screen.findByRole("status", { name: "Loading the history…" })).toBeVisible();
  expect(await screen.findByText("Nothing has happened yet.")).toBeVisible();
});
