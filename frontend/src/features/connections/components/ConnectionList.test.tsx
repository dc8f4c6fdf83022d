import { onlineManager } from "@tanstack/react-query";
import { screen, waitFor, within } from "@testing-library/react";
import { delay, http } from "msw";
import { afterEach, describe, expect, test, vi } from "vitest";

import { expectAccessible } from "../../../testing/a11y";
import { connection } from "../../../testing/data";
import { render } from "../../../testing/render";
import { serveList } from "../../../testing/serve-list";
import { answer, API, refusal, server } from "../../../testing/server";
import { ConnectionList } from "./ConnectionList";

afterEach(() => {
  onlineManager.setOnline(true);
  vi.useRealTimers();
});

const rowOf = async (label: string) => {
  const heading = await screen.findByRole("heading", { name: label });
  const row = heading.closest("li");
  if (!row) {
    throw new Error("a connection is an item of a list");
  }
  return within(row);
};

describe("each state", () => {
  test("while it loads, its shape is there", async () => {
    server.use(http.get(`${API}/api/connections`, () => delay("infinite")));
    render(<ConnectionList />);
    expect(screen.getByRole("status", { name: "Loading your connections…" })).toBeVisible();
    await expectAccessible();
  });

  test.each(["light", "dark"] as const)("empty, it teaches and leads on (%s)", async (colorScheme) => {
    const { user } = render(<ConnectionList />, { colorScheme });
    expect(await screen.findByRole("heading", { name: "Connect your first account" })).toBeVisible();
    for (const name of ["Takealot", "Amazon", "Shopify", "Xero"]) {
      expect(screen.getByText(name)).toBeVisible();
    }
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "Connect an account" }));
    expect(window.location.search).toBe("?connect=");
  });

  test("refused, it says why, names the request, and tries again", async () => {
    server.use(http.get(`${API}/api/connections`, () => refusal("internal", 500)));
    const { user } = render(<ConnectionList />);
    const notice = await screen.findByRole("alert", { name: "Your connections could not be loaded" });
    expect(notice).toHaveTextContent("01890a5d-ac96-774b-bcce-b302099a8057");
    await expectAccessible();
    serveList([connection({ label: "Back again" })]);
    await user.click(within(notice).getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("Back again")).toBeVisible();
    expect(screen.queryByRole("alert")).toBeNull();
  });

  test("signed out, it says so", async () => {
    server.use(http.get(`${API}/api/connections`, () => refusal("invalid-token", 401)));
    render(<ConnectionList />);
    expect(await screen.findByRole("alert")).toHaveTextContent("You are signed out.");
  });

  test("offline with nothing loaded, it waits", async () => {
    onlineManager.setOnline(false);
    render(<ConnectionList />);
    expect(screen.getByText("You are offline")).toBeVisible();
    expect(screen.queryByRole("status", { name: /Loading/ })).toBeNull();
    serveList([connection({ label: "Here at last" })]);
    onlineManager.setOnline(true);
    expect(await screen.findByText("Here at last")).toBeVisible();
    expect(screen.queryByText("You are offline")).toBeNull();
  });

  test("offline with a list, actions say why they wait", async () => {
    serveList([connection({ label: "Shop", status: "pending", statusReason: null })]);
    const { user } = render(<ConnectionList />);
    const row = await rowOf("Shop");
    onlineManager.setOnline(false);
    expect(await screen.findByText(/What you see may be out of date/)).toBeVisible();
    expect(row.getByRole("button", { name: "Test: Shop" })).toBeDisabled();
    await user.click(row.getByRole("button", { name: "Actions for Shop" }));
    const menu = await screen.findByRole("menu");
    expect(within(menu).getByText("You are offline")).toBeVisible();
    for (const item of within(menu).getAllByRole("menuitem")) {
      expect(item).toBeDisabled();
    }
  });
});

describe("a row", () => {
  test.each(["light", "dark"] as const)(
    "says what a connection is and how it is (%s)",
    async (colorScheme) => {
      vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-11-23T12:00:00Z") });
      serveList([
        connection({
          label: "My shop",
          account: { ...connection().account, id: "4711", name: "Shop of mine" },
          status: "expired",
          statusReason: "reauth_required",
          isDefault: true,
          lastCheckedAt: "2026-11-23T11:55:00Z",
          lastSyncedAt: "2026-11-22T12:00:00Z",
          lastSyncOutcome: "failed",
          nextExpiry: { kind: "authorisation", at: "2026-12-05T12:00:00Z", warningDays: 30 },
        }),
      ]);
      render(<ConnectionList />, { colorScheme });
      const row = await rowOf("My shop");
      expect(row.getByRole("img", { name: "Takealot" })).toBeVisible();
      expect(row.getByText("Shop of mine")).toBeVisible();
      expect(row.getByText("Account 4711")).toBeVisible();
      expect(row.getByText("Default")).toBeVisible();
      expect(row.getByText("Access ended")).toBeVisible();
      expect(row.getByText(/Takealot no longer accepts the key/)).toBeVisible();
      expect(row.getByRole("button", { name: "Replace key: My shop" })).toBeEnabled();
      expect(row.getByText("5 minutes ago")).toHaveAttribute("datetime", "2026-11-23T11:55:00Z");
      expect(row.getByText("yesterday, not everything was transferred")).toBeVisible();
      await expectAccessible();
    },
  );

  test("what runs out is told as long as there is access, and afterwards that it ran out", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-11-23T12:00:00Z") });
    const ahead = { kind: "authorisation", at: "2026-12-05T12:00:00Z", warningDays: 30 } as const;
    const over = { ...ahead, at: "2026-11-20T12:00:00Z" };
    const ended = { status: "expired", statusReason: "reauth_required" } as const;
    serveList([
      connection({ label: "Works", status: "connected", nextExpiry: ahead }),
      connection({ label: "Withdrawn", ...ended, nextExpiry: ahead }),
      connection({ label: "Withdrawn key", ...ended, nextExpiry: null }),
      connection({ label: "Ran out", ...ended, nextExpiry: over }),
    ]);
    render(<ConnectionList />);
    expect((await rowOf("Works")).getByText("Connect again in 12 days")).toBeVisible();
    expect((await rowOf("Withdrawn")).queryByText("Access")).not.toBeInTheDocument();
    expect((await rowOf("Withdrawn key")).queryByText("Access")).not.toBeInTheDocument();
    expect((await rowOf("Ran out")).getByText("Had to be connected again 3 days ago")).toBeVisible();
  });

  test("what never was is said too", async () => {
    serveList([
      connection({
        label: "New",
        account: { ...connection().account, id: null, name: null },
        status: "pending",
        statusReason: null,
        lastCheckedAt: null,
      }),
    ]);
    render(<ConnectionList />);
    const row = await rowOf("New");
    for (const words of ["Account not known yet", "Never", "Not yet", "Does not run out", "Not tested yet"]) {
      expect(row.getByText(words)).toBeVisible();
    }
  });

  test("the date of a clock shows on focus and hover, and goes by Escape", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-11-23T12:00:00Z") });
    const nextExpiry = { kind: "authorisation", at: "2026-11-20T12:00:00Z", warningDays: 0 } as const;
    serveList([connection({ label: "Old", nextExpiry })]);
    const { user } = render(<ConnectionList />);
    const row = await rowOf("Old");
    const clock = row.getByRole("button", {
      name: /Had to be connected again 3 days ago, November 20, 2026/,
    });
    expect(screen.queryByRole("tooltip")).toBeNull();
    clock.focus();
    expect(await screen.findByRole("tooltip")).toHaveTextContent(/November 20, 2026/);
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("tooltip")).toBeNull());
    await user.hover(clock);
    expect(await screen.findByRole("tooltip")).toBeVisible();
  });
});

describe("groups", () => {
  test("several marketplaces have headings, in their order, with how many there are", async () => {
    serveList([
      connection({ label: "X", marketplace: "xero", authType: "oauth", consentId: "one" }),
      connection({ label: "T1" }),
      connection({ label: "T2" }),
    ]);
    render(<ConnectionList />);
    await rowOf("X");
    const groups = screen.getAllByRole("region").map((group) => group.textContent);
    expect(groups[0]).toMatch(/^Takealot 2 connections/);
    expect(groups[1]).toMatch(/^Xero 1 connection/);
    expect(screen.getAllByRole("heading", { level: 3 }).map((one) => one.textContent)).toEqual([
      "T1",
      "T2",
      "X",
    ]);
    await expectAccessible();
  });

  test("a single marketplace has none", async () => {
    serveList([connection({ label: "T1" })]);
    render(<ConnectionList />);
    expect(await screen.findByRole("heading", { level: 2, name: "T1" })).toBeVisible();
    expect(screen.queryByRole("region")).toBeNull();
  });

  test("those of one consent are together, though others came in between", async () => {
    const xero = { marketplace: "xero", authType: "oauth" } as const;
    serveList([
      connection({ ...xero, label: "Cape Town", consentId: "one" }),
      connection({ ...xero, label: "Elsewhere", consentId: "two" }),
      connection({ ...xero, label: "Durban", consentId: "one" }),
    ]);
    render(<ConnectionList />);
    await rowOf("Cape Town");
    const consent = screen.getByRole("list", { name: /one consent: 2 organisations/ });
    expect(
      within(consent)
        .getAllByRole("heading")
        .map((one) => one.textContent),
    ).toEqual(["Cape Town", "Durban"]);
    await expectAccessible();
  });
});

test("what is pointed out comes into sight with the focus on it, once", async () => {
  const shown = vi.spyOn(HTMLElement.prototype, "scrollIntoView");
  const second = connection({ label: "Second" });
  const list = [connection({ label: "First" }), second];
  serveList(list);
  const { user } = render(<ConnectionList highlighted={[second.id]} />);
  const heading = await screen.findByRole("heading", { name: "Second" });
  await waitFor(() => expect(heading.closest("li")).toHaveFocus());
  expect(shown).toHaveBeenCalledOnce();
  await user.tab();
  expect(heading.closest("li")).not.toHaveFocus();
});

test("what is pointed out is looked for on the pages that are not loaded yet", async () => {
  const connections = Array.from({ length: 5 }, (_, at) => connection({ label: `Shop no ${at}` }));
  const asked = serveList(connections, 2);
  render(<ConnectionList highlighted={[connections[4]?.id ?? ""]} />);
  const heading = await screen.findByRole("heading", { name: "Shop no 4" });
  await waitFor(() => expect(heading.closest("li")).toHaveFocus());
  expect(asked).toEqual([null, "2", "4"]);
});

test("a list that cannot be brought up to date stays, with a notice", async () => {
  serveList([connection({ label: "Shop" })]);
  const { cache } = render(<ConnectionList />);
  await rowOf("Shop");
  server.use(http.get(`${API}/api/connections`, () => refusal("internal", 500)));
  await cache.invalidateQueries();
  expect(
    await screen.findByRole("alert", { name: "The list could not be brought up to date" }),
  ).toBeVisible();
  expect(screen.getByText("Shop")).toBeVisible();
});

test("while something is pending the list is asked again, and shows what became of it", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const pending = connection({ label: "Fresh", status: "pending", statusReason: null });
  serveList([pending]);
  render(<ConnectionList />);
  expect(await screen.findByText("Not tested yet")).toBeVisible();
  server.use(
    http.get(`${API}/api/connections`, () =>
      answer({ items: [{ ...pending, status: "connected", statusReason: "ok" }], nextCursor: null }),
    ),
  );
  await vi.advanceTimersByTimeAsync(2100);
  expect(await screen.findByText("Connected")).toBeVisible();
});
