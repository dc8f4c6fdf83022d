import { act, row } from "./support/list";
import { chooseMarketplace, connectShopify, connectTakealot, consent } from "./support/marketplaces";
import { examine } from "./support/screen";
import { expect, test } from "./support/test";

/** What people do with browsers. */

test("two tabs connect at once", async ({ home, context, person }) => {
  const other = await context.newPage();
  await other.goto("/");
  const shops = [`left-${person.unique}.myshopify.com`, `right-${person.unique}.myshopify.com`];
  const tabs = [home, other];
  for (const [index, tab] of tabs.entries()) {
    await chooseMarketplace(tab, "Shopify");
    await tab.getByLabel(/^Shop/).fill(shops[index] ?? "");
    await tab.getByRole("button", { name: "Go to Shopify" }).click();
    await tab.getByRole("note").waitFor();
  }
  for (const tab of tabs) {
    await consent(tab, "Install");
    await expect(tab.getByRole("heading", { level: 2, name: /is connected$/ })).toBeVisible();
  }
  await home.goto("/");
  for (const shop of shops) {
    await expect(home.getByRole("listitem").filter({ hasText: shop })).toContainText("Connected");
  }
});

test("a change in another tab is not overwritten unseen", async ({ home, context, guard }) => {
  guard.tolerate(/status of 412/);
  await connectTakealot(home, "My shop");
  const other = await context.newPage();
  await other.goto("/");
  await act(home, "My shop", "Rename");
  await act(other, "My shop", "Rename");
  await other.getByRole("textbox", { name: "Name" }).fill("Theirs");
  await other.keyboard.press("Enter");
  await expect(row(other, "Theirs")).toBeVisible();

  await home.getByRole("textbox", { name: "Name" }).fill("Mine");
  await home.keyboard.press("Enter");
  await expect(home.getByRole("dialog")).toContainText("Its name is now “Theirs”");
  await examine(home, "rename-changed");
  await home.getByRole("button", { name: "Save name" }).click();
  await expect(row(home, "Mine")).toBeVisible();
});

test("back and forward lead through the views, and out of the page only at its beginning", async ({
  home,
}) => {
  await home.getByRole("button", { name: "Connect a marketplace" }).click();
  await home.getByRole("link", { name: "Takealot", exact: true }).click();
  await expect(home.getByRole("heading", { level: 1, name: "Connect Takealot" })).toBeVisible();
  await home.getByLabel(/^API key/).fill("a key");
  await home.goBack();
  await expect(home.getByRole("heading", { level: 1, name: "Connect a marketplace" })).toBeVisible();
  await home.goBack();
  await expect(home.getByRole("heading", { level: 1, name: "Connections" })).toBeVisible();
  await home.goForward();
  await home.goForward();
  await expect(home.getByRole("heading", { level: 1, name: "Connect Takealot" })).toBeVisible();
  await expect(home.getByLabel(/^API key/)).toHaveValue("");
});

test("loading again after the return does not connect twice, nor announce it twice", async ({
  home,
  person,
}) => {
  await connectShopify(home, `again-${person.unique}.myshopify.com`);
  await expect(home.getByRole("heading", { level: 2, name: /is connected$/ })).toBeVisible();
  const rows = home.getByRole("button", { name: /^Actions for/ });
  await expect(rows).toHaveCount(1);
  await home.reload();
  await expect(rows).toHaveCount(1);
  await home.goBack();
  await home.goForward();
  await expect(rows).toHaveCount(1);
});

test("offline is said, and over when it is over", async ({ home, context, guard }) => {
  guard.tolerate(/ERR_INTERNET_DISCONNECTED/);
  await connectTakealot(home, "My shop");
  await context.setOffline(true);
  await expect(home.getByText("You are offline")).toBeVisible();
  await expect(row(home, "My shop")).toBeVisible();
  await examine(home, "offline");
  await home.getByRole("button", { name: "Actions for My shop" }).click();
  await expect(home.getByRole("menuitem", { name: "Test" })).toBeDisabled();
  await home.keyboard.press("Escape");
  await context.setOffline(false);
  await expect(home.getByText("You are offline")).toHaveCount(0);
});
