import { screen, within } from "@testing-library/react";
import { http } from "msw";
import { describe, expect, test } from "vitest";

import { expectAccessible } from "../../../../testing/a11y";
import { render } from "../../../../testing/render";
import { answer, API, noAnswer, server } from "../../../../testing/server";
import descriptors from "../../../../testing/marketplaces.json";
import { IntegrationsPage } from "../IntegrationsPage";

type Descriptor = (typeof descriptors.items)[number];

/** The marketplaces, changed. */
function marketplaces(change: (marketplace: Descriptor) => Descriptor) {
  server.use(http.get(`${API}/api/marketplaces`, () => answer({ items: descriptors.items.map(change) })));
}

function open(address: string) {
  window.history.replaceState(null, "", address);
  return render(<IntegrationsPage />);
}

describe("choosing a marketplace", () => {
  test("each is a link under a heading, and leads to its form by the keyboard", async () => {
    const { user } = open("/?tab=shops&connect=");
    const link = await screen.findByRole("link", { name: "Takealot" });
    expect(screen.getByRole("heading", { level: 1, name: "Connect a marketplace" })).toHaveFocus();
    expect(screen.getAllByRole("heading", { level: 2 }).map((heading) => heading.textContent)).toEqual([
      "Takealot",
      "Amazon",
      "Shopify",
      "Xero",
    ]);
    link.focus();
    await user.keyboard("{Enter}");
    expect(await screen.findByRole("heading", { level: 1, name: "Connect Takealot" })).toHaveFocus();
    expect(window.location.search).toBe("?tab=shops&connect=takealot");
    await user.click(screen.getByRole("link", { name: "Choose another marketplace" }));
    expect(await screen.findByRole("link", { name: "Xero" })).toBeVisible();
  });

  test("one that is not set up says what the operator has to set, and is no link", async () => {
    marketplaces((marketplace) => ({
      ...marketplace,
      authKinds: marketplace.authKinds.map((kind) => ({
        ...kind,
        configured: marketplace.marketplace !== "xero",
        missingSettings: ["XERO_CLIENT_ID", "XERO_CLIENT_SECRET"],
      })) as never,
    }));
    open("/?connect=");
    expect(await screen.findByRole("heading", { name: "Xero" })).toBeVisible();
    expect(screen.queryByRole("link", { name: "Xero" })).toBeNull();
    expect(screen.getByText(/has to set XERO_CLIENT_ID and XERO_CLIENT_SECRET/)).toBeVisible();
  });

  test("marketplaces that could not be loaded can be asked for again", async () => {
    server.use(http.get(`${API}/api/marketplaces`, noAnswer));
    const { cache } = open("/?connect=");
    cache.setDefaultOptions({ queries: { retry: false } });
    // The first attempts wait for one another.
    const retry = await screen.findByRole("button", { name: "Try again" }, { timeout: 15_000 });
    server.resetHandlers();
    retry.click();
    expect(await screen.findByRole("link", { name: "Takealot" })).toBeVisible();
  });

  test.each(["light", "dark"] as const)("it is accessible in %s colours", async (colorScheme) => {
    window.history.replaceState(null, "", "/?connect=");
    render(<IntegrationsPage />, { colorScheme });
    await screen.findByRole("link", { name: "Takealot" });
    await expectAccessible();
  });
});

describe("ways to connect", () => {
  test("the best is shown and the others are behind a button", async () => {
    const { user } = open("/?connect=amazon");
    expect(await screen.findByRole("heading", { name: "Connect at Amazon" })).toBeVisible();
    const others = screen.getByRole("button", { name: "Other ways to connect" });
    expect(others).toHaveAttribute("aria-expanded", "false");
    await user.click(others);
    await user.click(screen.getByRole("button", { name: "Paste a self-authorised refresh token" }));
    expect(screen.getByRole("heading", { name: "Paste a self-authorised refresh token" })).toHaveFocus();
    expect(screen.getByLabelText(/^Refresh token/)).toBeVisible();
  });

  test("where the best is not set up the next is shown, and what the best one needs", async () => {
    marketplaces((marketplace) => ({
      ...marketplace,
      authKinds: marketplace.authKinds.map((kind) => ({
        ...kind,
        configured: kind.method === "form",
        missingSettings: kind.method === "form" ? [] : ["SHOPIFY_CLIENT_ID"],
      })) as never,
    }));
    const { user } = open("/?connect=shopify");
    expect(await screen.findByRole("heading", { name: "Paste the token of a custom app" })).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Other ways to connect" }));
    expect(screen.getByText(/has to set SHOPIFY_CLIENT_ID/)).toBeVisible();
    expect(screen.queryByRole("button", { name: "Install our app in your shop" })).toBeNull();
  });

  test("where to find the key is told, with a link that opens a new tab and takes nothing along", async () => {
    const { user } = open("/?connect=takealot");
    const button = await screen.findByRole("button", { name: "Where do I find this?" });
    await user.click(button);
    expect(button).toHaveAttribute("aria-expanded", "true");
    expect(screen.getByText(/open API Integrations, and create a key/)).toBeVisible();
    const link = screen.getByRole("link", { name: "Open Takealot in a new tab" });
    expect(link).toHaveAttribute("target", "_blank");
    expect(link).toHaveAttribute("rel", "noopener noreferrer");
  });

  test.each(["takealot", "amazon", "shopify", "xero"])("the form of %s is accessible", async (name) => {
    open(`/?connect=${name}`);
    await screen.findByRole("heading", { level: 2 });
    await expectAccessible();
  });

  test("going back to the list moves the focus to its heading", async () => {
    const { user } = open("/?connect=takealot");
    await user.click(within(screen.getByRole("navigation")).getByRole("link", { name: "All connections" }));
    expect(await screen.findByRole("heading", { level: 1, name: "Connections" })).toHaveFocus();
  });
});
