import {
  chooseMarketplace,
  connectAmazon,
  connectShopify,
  connectTakealot,
  connectXero,
  consent,
  consentAtXero,
  refuse,
} from "./support/marketplaces";
import { act, row } from "./support/list";
import { examine } from "./support/screen";
import { demoKey } from "./support/stage";
import { expect, test } from "./support/test";

test("Takealot by a key: refused, mended, connected", async ({ home, guard }) => {
  guard.tolerate(/status of 422/);
  await expect(home.getByRole("heading", { name: "Connect your first account" })).toBeVisible();
  await examine(home, "list-empty");
  await home.getByRole("button", { name: "Connect a marketplace" }).click();
  await home.getByRole("link", { name: "Takealot", exact: true }).waitFor();
  await examine(home, "choose");
  await home.getByRole("link", { name: "Takealot", exact: true }).click();
  await expect(home).toHaveTitle("Connect a marketplace · Fluxori");
  await examine(home, "form-takealot");

  await home.getByRole("button", { name: "Test and connect" }).click();
  await expect(home.getByLabel(/^API key/)).toBeFocused();
  await expect(home.getByText("API key is missing.")).toBeVisible();

  await home.getByLabel(/^API key/).fill(demoKey("TAKEALOT_REFUSED"));
  await home.getByRole("button", { name: "Test and connect" }).click();
  await expect(home.getByText("Takealot does not accept this key")).toBeVisible();
  await examine(home, "form-takealot-refused");

  await home.getByLabel(/^API key/).fill(demoKey("TAKEALOT_GOOD"));
  await home.getByLabel("Your name for it (optional)").fill("Cape Town shop");
  await home.getByRole("button", { name: "Test and connect" }).click();
  await expect(home.getByRole("heading", { name: "Cape Town shop is connected" })).toBeFocused();
  await expect(row(home, "Cape Town shop")).toContainText("Connected");
  await examine(home, "list-after-key");
});

test("Takealot takes no more requests: saved without a test, and tested later", async ({ home, guard }) => {
  guard.tolerate(/status of (422|429|503)/);
  await chooseMarketplace(home, "Takealot");
  await home.getByLabel(/^API key/).fill(demoKey("TAKEALOT_THROTTLED"));
  await home.getByLabel("Your name for it (optional)").fill("Slow shop");
  await home.getByRole("button", { name: "Test and connect" }).click();
  await expect(home.getByText("Too many requests to Takealot at the moment")).toBeVisible();
  await examine(home, "form-takealot-throttled");
  await home.getByRole("button", { name: "Save without testing" }).click();
  await expect(home.getByText("“Slow shop” is saved, not tested yet")).toBeVisible();
  await expect(row(home, "Slow shop")).toContainText("Not tested yet");
  await examine(home, "list-untested");
});

test("Amazon: the region first, then its own consent page", async ({ home }) => {
  await chooseMarketplace(home, "Amazon");
  await examine(home, "form-amazon");
  await home.getByRole("button", { name: "Go to Amazon" }).click();
  await expect(home.getByLabel("Region")).toBeFocused();
  await home.getByLabel("Region").selectOption({ label: "Europe, Middle East, Africa and India" });
  await home.getByRole("button", { name: "Go to Amazon" }).click();
  await consent(home, "Authorise");
  await expect(home.getByRole("heading", { level: 2, name: /is connected$/ })).toBeFocused();
  await expect(home.getByRole("listitem").filter({ hasText: "A1SIMULATED001" })).toContainText("Connected");
  await examine(home, "returned-connected");
});

test("Shopify: the shop first; who cancels there loses nothing", async ({ home, person }) => {
  const shop = `shop-${person.unique}.myshopify.com`;
  await chooseMarketplace(home, "Shopify");
  await examine(home, "form-shopify");
  await home.getByLabel(/^Shop/).fill(shop);
  await home.getByRole("button", { name: "Go to Shopify" }).click();
  await refuse(home);
  await home.goBack();
  await home.goBack();
  await expect(home.getByRole("heading", { level: 1, name: "Connect Shopify" })).toBeVisible();
  await home.getByLabel(/^Shop/).fill(shop);
  await home.getByRole("button", { name: "Go to Shopify" }).click();
  await consent(home, "Install");
  await expect(home.getByRole("heading", { level: 2, name: /is connected$/ })).toBeFocused();
});

test("Xero: one consent connects two organisations, shown together", async ({ home, person }) => {
  await chooseMarketplace(home, "Xero");
  await examine(home, "form-xero");
  await home.getByRole("button", { name: "Go to Xero" }).click();
  await consentAtXero(home, person.user);
  await expect(home.getByRole("heading", { level: 2, name: "2 Xero accounts are connected" })).toBeFocused();
  await expect(home.getByText("2 organisations share one sign-in")).toBeVisible();
  await examine(home, "list-xero-two");
});

test("a consent that is denied is told in words, and nothing is connected", async ({ home }) => {
  await chooseMarketplace(home, "Xero");
  await home.getByRole("button", { name: "Go to Xero" }).click();
  await refuse(home);
  await expect(home.getByRole("heading", { name: "Not connected: you did not agree" })).toBeFocused();
  await examine(home, "returned-denied");
  await home.getByRole("button", { name: "Begin again" }).click();
  await expect(home.getByRole("heading", { level: 1, name: "Connect a marketplace" })).toBeVisible();
});

test("an account that is connected already is recognised, and can be given the new key", async ({
  home,
  guard,
}) => {
  guard.tolerate(/status of 409/);
  await connectTakealot(home, "First name");
  await chooseMarketplace(home, "Takealot");
  await home.getByLabel(/^API key/).fill(demoKey("TAKEALOT_GOOD"));
  await home.getByRole("button", { name: "Test and connect" }).click();
  await expect(home.getByText("This account is connected already")).toBeVisible();
  await expect(home.getByText("It is in your list as “First name”.")).toBeVisible();
  await examine(home, "form-duplicate");
  await home.getByRole("button", { name: "Replace its key with this one" }).click();
  await expect(row(home, "First name")).toContainText("Connected");
  await act(home, "First name", "History");
  await expect(home.getByRole("dialog")).toContainText("Key replaced");
});

test("all four marketplaces in one list", async ({ home, person }) => {
  await connectTakealot(home, "Takealot, Cape Town");
  await connectAmazon(home);
  await connectShopify(home, `shop-${person.unique}.myshopify.com`);
  await connectXero(home, person.user);
  await home.goto("/");
  for (const name of ["Takealot", "Amazon", "Shopify", "Xero"]) {
    await expect(home.getByRole("heading", { level: 2, name: new RegExp(`^${name}`) })).toBeVisible();
  }
  await examine(home, "list");
});
