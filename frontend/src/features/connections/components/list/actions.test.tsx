import { screen, waitFor, within } from "@testing-library/react";
import { delay, http } from "msw";
import { afterEach, describe, expect, test, vi } from "vitest";

import { expectAccessible } from "../../../../testing/a11y";
import { connection, testResult } from "../../../../testing/data";
import { render } from "../../../../testing/render";
import { serveList } from "../../../../testing/serve-list";
import { answer, API, refusal, server } from "../../../../testing/server";
import type { Connection } from "../../api/types";
import { ConnectionList } from "../ConnectionList";

afterEach(() => {
  vi.useRealTimers();
});

/** Renders the list with these, and opens the menu of the first. */
async function openMenu(first: Connection, ...others: Connection[]) {
  serveList([first, ...others]);
  const rendered = render(<ConnectionList />);
  const trigger = await screen.findByRole("button", { name: `Actions for ${first.label}` });
  await rendered.user.click(trigger);
  const menu = await screen.findByRole("menu");
  const choose = (name: string) => rendered.user.click(within(menu).getByRole("menuitem", { name }));
  return { ...rendered, menu, choose };
}

const said = () => screen.getAllByRole("status").map((region) => region.textContent);

describe("the menu", () => {
  test("is there only while it is open, and gives the focus back", async () => {
    const { user, menu } = await openMenu(connection({ label: "Shop" }));
    expect(
      within(menu)
        .getAllByRole("menuitem")
        .map((item) => item.textContent),
    ).toEqual(["Test", "Replace key", "Rename", "Make default", "History", "Disconnect"]);
    await expectAccessible();
    await user.keyboard("{Escape}");
    expect(screen.queryByRole("menu")).toBeNull();
    expect(screen.getByRole("button", { name: "Actions for Shop" })).toHaveFocus();
  });

  test("is used by keyboard alone", async () => {
    serveList([connection({ label: "Shop" })]);
    const { user } = render(<ConnectionList />);
    const trigger = await screen.findByRole("button", { name: "Actions for Shop" });
    trigger.focus();
    await user.keyboard("{Enter}");
    const menu = await screen.findByRole("menu");
    await waitFor(() => expect(within(menu).getByRole("menuitem", { name: "Test" })).toHaveFocus());
    await user.keyboard("{ArrowDown}{ArrowDown}{Enter}");
    expect(await screen.findByRole("dialog", { name: "Rename connection" })).toBeVisible();
  });

  test("offers a consent to be renewed, and nothing that is so already", async () => {
    const { menu } = await openMenu(
      connection({ marketplace: "amazon", authType: "oauth", consentId: "c", isDefault: true }),
    );
    expect(within(menu).getByRole("menuitem", { name: "Reconnect" })).toBeEnabled();
    expect(within(menu).queryByRole("menuitem", { name: "Replace key" })).toBeNull();
    expect(within(menu).queryByRole("menuitem", { name: "Make default" })).toBeNull();
  });

  test("offers who may look only what can be looked at, and says why", async () => {
    const broken = connection({ label: "Shop", status: "error", statusReason: "reauth_required" });
    serveList([broken]);
    const { user } = render(<ConnectionList />, { roles: ["read_only"] });
    const trigger = await screen.findByRole("button", { name: "Actions for Shop" });
    expect(screen.queryByRole("button", { name: "Replace key: Shop" })).toBeNull();
    await user.click(trigger);
    const menu = await screen.findByRole("menu");
    expect(within(menu).getByText("You can look, but not change anything")).toBeVisible();
    const items = within(menu).getAllByRole("menuitem");
    expect(items.map((item) => item.textContent)).toEqual(["History"]);
    await expectAccessible();
  });
});

describe("testing", () => {
  test("says what was found: the account, how long it took, what is left, when the count begins anew", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-11-23T12:00:00Z") });
    const shop = connection({ label: "Shop", status: "pending", statusReason: null });
    const { choose } = await openMenu(shop);
    const tested = { ...shop, status: "connected", statusReason: "ok" } as const;
    const rate = { remaining: 38, limit: 40, resetsAt: "2026-11-23T12:05:00Z" };
    const test = testResult({ accountName: "Shop of mine", latencyMs: 120, rate });
    server.use(
      http.post(`${API}/api/connections/${shop.id}/test`, () => answer({ ...tested, test })),
      http.get(`${API}/api/connections`, () => answer({ items: [tested], nextCursor: null })),
    );
    await choose("Test");
    const words =
      "It works: Shop of mine answered in 120 milliseconds. 38 of 40 calls are left. The count begins anew in 5 minutes.";
    expect(await screen.findByRole("note")).toHaveTextContent(words);
    expect(said()).toContain(`Shop: ${words}`);
    expect(screen.getByText("Connected")).toBeVisible();
    await expectAccessible();
  });

  test("says what is wrong and when to try again; the message can be hidden", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-11-23T12:00:00Z") });
    const shop = connection({ label: "Shop" });
    const { choose, user } = await openMenu(shop);
    const test = testResult({ outcome: "throttled", retryAt: "2026-11-23T12:02:00Z" });
    server.use(http.post(`${API}/api/connections/${shop.id}/test`, () => answer({ ...shop, test })));
    await choose("Test");
    const note = await screen.findByRole("note");
    expect(note).toHaveTextContent(
      /did not get through. Too many requests to Takealot.* Try again in 2 minutes/,
    );
    await user.click(within(note).getByRole("button", { name: "Hide this message" }));
    expect(screen.queryByRole("note")).toBeNull();
  });

  test("is sent once, and other actions wait for it", async () => {
    const shop = connection({ label: "Shop", status: "pending", statusReason: null });
    serveList([shop]);
    let sent = 0;
    server.use(
      http.post(`${API}/api/connections/${shop.id}/test`, async () => {
        sent += 1;
        await delay("infinite");
      }),
    );
    const { user } = render(<ConnectionList />);
    const button = await screen.findByRole("button", { name: "Test: Shop" });
    await user.dblClick(button);
    await waitFor(() => expect(said()).toContain("Testing Shop…"));
    await user.click(screen.getByRole("button", { name: "Actions for Shop" }));
    const menu = await screen.findByRole("menu");
    expect(within(menu).getByText(/the last action is still under way/)).toBeVisible();
    expect(within(menu).getByRole("menuitem", { name: "Rename" })).toBeDisabled();
    expect(sent).toBe(1);
  });

  test.each([
    ["forbidden", 403, /Your role does not allow/],
    ["too-many-requests", 429, /Too many requests/],
    ["unavailable", 503, /cannot answer at the moment/],
  ])("refused as %s it says so, and can be tried again", async (kind, status, words) => {
    const shop = connection({ label: "Shop" });
    const { choose, user } = await openMenu(shop);
    server.use(http.post(`${API}/api/connections/${shop.id}/test`, () => refusal(kind, status)));
    await choose("Test");
    const notice = await screen.findByRole("alert", { name: "The test could not be started" });
    expect(notice).toHaveTextContent(words);
    server.use(
      http.post(`${API}/api/connections/${shop.id}/test`, () => answer({ ...shop, test: testResult() })),
    );
    await user.click(within(notice).getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("note")).toHaveTextContent(/It works/);
  });

  test("of what is gone takes it off the list, and says so", async () => {
    const shop = connection({ label: "Gone" });
    const { choose } = await openMenu(shop, connection({ label: "Stays" }));
    server.use(
      http.post(`${API}/api/connections/${shop.id}/test`, () => refusal("not-found", 404)),
      http.get(`${API}/api/connections`, () => answer({ items: [], nextCursor: null })),
    );
    await choose("Test");
    await waitFor(() => expect(screen.queryByRole("heading", { name: "Gone" })).toBeNull());
    expect(said()).toContain("Gone: This connection does not exist any more.");
  });
});

test("reconnecting leaves for the marketplace, once", async () => {
  const amazon = connection({
    label: "Amazon EU",
    marketplace: "amazon",
    authType: "oauth",
    consentId: "c",
    status: "expired",
    statusReason: "reauth_required",
  });
  serveList([amazon]);
  const returnTo: unknown[] = [];
  server.use(
    http.post(`${API}/api/connections/${amazon.id}/reauthorize`, async ({ request }) => {
      returnTo.push(await request.json());
      return answer({ authorizationUrl: "https://amazon.test/consent", expiresAt: "2026-11-23T12:10:00Z" });
    }),
  );
  const { user, leave } = render(<ConnectionList />);
  const button = await screen.findByRole("button", { name: "Reconnect: Amazon EU" });
  await user.click(button);
  await waitFor(() => expect(leave).toHaveBeenCalledWith("https://amazon.test/consent"));
  await user.click(button);
  expect(leave).toHaveBeenCalledOnce();
  expect(returnTo).toEqual([{ returnTo: window.location.origin + "/" }]);
  // Back by the browser's button, with the page as it was left.
  window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
  await user.click(await screen.findByRole("button", { name: "Reconnect: Amazon EU" }));
  await waitFor(() => expect(leave).toHaveBeenCalledTimes(2));
});

describe("the default", () => {
  test("moves at once, and is announced", async () => {
    const [first, second] = [
      connection({ label: "First", isDefault: true }),
      connection({ label: "Second" }),
    ];
    const { choose } = await openMenu(second, first);
    server.use(
      http.patch(`${API}/api/connections/${second.id}`, async ({ request }) => {
        expect(await request.json()).toEqual({ isDefault: true });
        return answer({ ...second, isDefault: true });
      }),
      http.get(`${API}/api/connections`, () =>
        answer({
          items: [
            { ...second, isDefault: true },
            { ...first, isDefault: false },
          ],
          nextCursor: null,
        }),
      ),
    );
    await choose("Make default");
    await waitFor(() => expect(said()).toContain("Second is now the default for Takealot."));
    expect(screen.getAllByText("Default")).toHaveLength(1);
    const row = screen.getByRole("heading", { name: "Second" }).closest("li");
    expect(row).toHaveTextContent("Default");
  });

  test("refused, it goes back to where it was", async () => {
    const [first, second] = [
      connection({ label: "First", isDefault: true }),
      connection({ label: "Second" }),
    ];
    const { choose } = await openMenu(second, first);
    server.use(http.patch(`${API}/api/connections/${second.id}`, () => refusal("forbidden", 403)));
    await choose("Make default");
    expect(await screen.findByRole("alert", { name: "The default could not be changed" })).toBeVisible();
    await waitFor(() =>
      expect(screen.getByRole("heading", { name: "First" }).closest("li")).toHaveTextContent("Default"),
    );
  });
});

test("what only the operator can mend is put together to be sent to them", async () => {
  const shop = connection({ label: "Shop", status: "error", statusReason: "bug" });
  serveList([shop]);
  const { user } = render(<ConnectionList />);
  const button = await screen.findByRole("button", { name: "Tell the operator: Shop" });
  await user.click(button);
  const dialog = await screen.findByRole("dialog", { name: "Tell the operator" });
  expect(within(dialog).getByText(new RegExp(shop.id))).toHaveTextContent("Reason: error, bug");
  await expectAccessible();
  await user.click(within(dialog).getByRole("button", { name: "Copy" }));
  expect(await within(dialog).findByText("Copied")).toBeVisible();
  expect(await navigator.clipboard.readText()).toContain(shop.id);
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.getByRole("button", { name: "Tell the operator: Shop" })).toHaveFocus());
});

test("a key is replaced in a dialog, after which the focus is back", async () => {
  const { choose, user } = await openMenu(connection({ label: "Shop" }));
  await choose("Replace key");
  expect(await screen.findByRole("dialog")).toBeVisible();
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(screen.getByRole("button", { name: "Actions for Shop" })).toHaveFocus();
});
