import { onlineManager } from "@tanstack/react-query";
import { screen, within } from "@testing-library/react";
import { delay, http } from "msw";
import { afterEach, expect, test, vi } from "vitest";

import { expectAccessible } from "../../../testing/a11y";
import { render } from "../../../testing/render";
import { answer, API, refusal, server } from "../../../testing/server";
import type { ConnectionSummary } from "../api/types";
import { ConnectionStatusSummary } from "./ConnectionStatusSummary";

afterEach(() => {
  vi.useRealTimers();
  onlineManager.setOnline(true);
});

const NOTHING: ConnectionSummary = {
  total: 0,
  byStatus: { pending: 0, connected: 0, error: 0, expired: 0, disconnected: 0 },
  nextExpiry: null,
};

const serveSummary = (summary: Partial<ConnectionSummary>) =>
  server.use(http.get(`${API}/api/connections/summary`, () => answer({ ...NOTHING, ...summary })));

test.each(["light", "dark"] as const)(
  "counts by state, and names what runs out next (%s)",
  async (colorScheme) => {
    vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-11-23T12:00:00Z") });
    serveSummary({
      total: 12,
      byStatus: { ...NOTHING.byStatus, connected: 10, expired: 2 },
      nextExpiry: {
        connectionId: "01890a5d-ac96-774b-bcce-000000000001",
        label: "Amazon Europe",
        marketplace: "amazon",
        kind: "authorisation",
        at: "2026-11-30T12:00:00Z",
        warningDays: 7,
      },
    });
    render(<ConnectionStatusSummary />, { colorScheme });
    expect(await screen.findByText("12 connections")).toBeVisible();
    const counts = within(screen.getByRole("list")).getAllByRole("listitem");
    expect(counts.map((count) => count.textContent)).toEqual(["2 Access ended", "10 Connected"]);
    expect(screen.getByText("Amazon Europe (Amazon)")).toBeVisible();
    expect(screen.getByRole("button", { name: /^Connect again in 7 days, November 30, 2026/ })).toBeVisible();
    await expectAccessible();
  },
);

test("with nothing connected, and nothing that runs out, it says so", async () => {
  serveSummary({});
  const { unmount } = render(<ConnectionStatusSummary />);
  expect(await screen.findByText("Nothing is connected yet.")).toBeVisible();
  unmount();
  serveSummary({ total: 1, byStatus: { ...NOTHING.byStatus, connected: 1 } });
  render(<ConnectionStatusSummary />);
  expect(await screen.findByText("Nothing runs out.")).toBeVisible();
});

test("while it loads, its shape is there", () => {
  server.use(http.get(`${API}/api/connections/summary`, () => delay("infinite")));
  render(<ConnectionStatusSummary />);
  expect(screen.getByRole("status", { name: "Loading the state of your connections…" })).toBeVisible();
});

test("refused, it says why and tries again", async () => {
  server.use(http.get(`${API}/api/connections/summary`, () => refusal("internal", 500)));
  const { user } = render(<ConnectionStatusSummary />);
  await screen.findByRole("alert", { name: "The state of your connections could not be loaded" });
  serveSummary({});
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("Nothing is connected yet.")).toBeVisible();
});

test("offline, it says so", () => {
  onlineManager.setOnline(false);
  render(<ConnectionStatusSummary />);
  expect(screen.getByRole("status")).toHaveTextContent("You are offline");
});
