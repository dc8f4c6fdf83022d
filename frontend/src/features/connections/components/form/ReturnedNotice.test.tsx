import { screen, waitFor, within } from "@testing-library/react";
import { http } from "msw";
import { expect, test } from "vitest";

import type { Connection } from "../../api/types";
import { expectAccessible } from "../../../../testing/a11y";
import { connection } from "../../../../testing/data";
import { render } from "../../../../testing/render";
import { answer, API, server } from "../../../../testing/server";
import { IntegrationsPage } from "../IntegrationsPage";

function connected(...items: Connection[]) {
  server.use(
    http.get(`${API}/api/connections`, () => answer({ items, nextCursor: null })),
    ...items.map((item) => http.get(`${API}/api/connections/${item.id}`, () => answer(item))),
  );
}

function returnWith(query: string, colorScheme: "light" | "dark" = "light") {
  window.history.replaceState(null, "", `/integrations?tab=shops&${query}`);
  return render(<IntegrationsPage />, { colorScheme });
}

test("an account that was connected is named, announced and told once", async () => {
  const shop = connection({ marketplace: "shopify", label: "Cape Books" });
  connected(shop);
  const { user, unmount } = returnWith(`result=connected&connection=${shop.id}`);
  expect(await screen.findByRole("heading", { name: "Cape Books is connected" })).toBeVisible();
  const heading = screen.getByRole("heading", { name: "Cape Books is connected" });
  expect(heading.closest('[role="status"]')).not.toBeNull();
  expect(window.location.pathname + window.location.search).toBe("/integrations?tab=shops");
  await expectAccessible();
  unmount();
  render(<IntegrationsPage />);
  expect(await screen.findByText("Cape Books")).toBeVisible();
  expect(screen.queryByText("Cape Books is connected")).toBeNull();
  await user.keyboard("{Tab}");
});

test("several organisations of one consent are shown together", async () => {
  const organisations = ["Cape Books", "Karoo Wool", "Durban Tea"].map((label) =>
    connection({ marketplace: "xero", authType: "oauth", label }),
  );
  connected(...organisations);
  returnWith(`result=connected&${organisations.map(({ id }) => `connection=${id}`).join("&")}`);
  const heading = await screen.findByRole("heading", { name: "3 Xero accounts are connected" });
  const box = heading.closest<HTMLElement>('[role="group"]');
  if (!box) {
    throw new Error("the notice is a group");
  }
  expect(
    within(box)
      .getAllByRole("listitem")
      .map((item) => item.textContent),
  ).toEqual(["Cape Books", "Karoo Wool", "Durban Tea"]);
  expect(within(box).getByText(/One consent covers them all/)).toBeVisible();
});

test.each([
  ["denied", "Not connected: you did not agree"],
  ["expired", "Not connected: this took too long"],
  ["invalid", "Not connected: the answer was not the marketplace's"],
  ["failed", "Not connected: something went wrong on our side"],
])("%s is said, with the way to begin again", async (result, title) => {
  const { user } = returnWith(`result=${result}`);
  expect(await screen.findByRole("heading", { name: title })).toHaveFocus();
  await waitFor(() => expect(window.location.search).toBe("?tab=shops"));
  await user.click(screen.getByRole("button", { name: "Begin again" }));
  expect(await screen.findByRole("heading", { level: 1, name: "Connect a marketplace" })).toBeVisible();
});

test("consent for another account offers to connect that one as new", async () => {
  const { user } = returnWith("result=other_account", "dark");
  expect(await screen.findByText(/The connection stays as it was/)).toBeVisible();
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Connect the other account as a new one" }));
  expect(await screen.findByRole("heading", { level: 1, name: "Connect a marketplace" })).toBeVisible();
});

test.each([
  ["app_config", /its plan may allow no more accounts/],
  ["account_suspended", /suspended, locked or frozen/],
  ["scope_missing", /allow all of it/],
  ["<script>", /Begin again\.$/],
])("a refusal for %s is explained", async (reason, words) => {
  returnWith(`result=refused&reason=${encodeURIComponent(reason)}`);
  expect(
    await screen.findByRole("heading", { name: "Not connected: the marketplace did not go through with it" }),
  ).toHaveFocus();
  expect(screen.getByText(words)).toBeVisible();
  expect(document.body).not.toHaveTextContent("<script>");
});

test("a notice that was read can be dismissed", async () => {
  const { user } = returnWith("result=denied");
  await user.click(await screen.findByRole("button", { name: "Dismiss" }));
  expect(screen.queryByText(/you did not agree/)).toBeNull();
});
