import { act, row } from "./support/list";
import {
  connectAmazon,
  connectShopify,
  connectTakealot,
  saveUntested,
  consent,
  connectXero,
} from "./support/marketplaces";
import { examine } from "./support/screen";
import { demoKey } from "./support/stage";
import { expect, test } from "./support/test";

test("test, rename and history", async ({ home }) => {
  await connectTakealot(home, "Old name");
  await home.getByRole("button", { name: "Actions for Old name" }).click();
  await examine(home, "row-menu", { phone: false });
  await home.getByRole("menuitem", { name: "Test" }).click();
  await expect(row(home, "Old name").getByRole("note")).toContainText("It works");
  await examine(home, "row-tested");

  await act(home, "Old name", "Rename");
  await examine(home, "rename");
  await home.getByRole("textbox", { name: "Name" }).fill("New name");
  await home.keyboard.press("Enter");
  await expect(row(home, "New name")).toBeVisible();
  await expect(home.getByRole("dialog")).toHaveCount(0);
  await expect(home.getByRole("button", { name: "Actions for New name" })).toBeFocused();

  await act(home, "New name", "History");
  const history = home.getByRole("dialog");
  await expect(history).toContainText("Name or default changed");
  await expect(history).toContainText("Connected");
  await examine(home, "history");
  await home.keyboard.press("Escape");
  await expect(home.getByRole("button", { name: "Actions for New name" })).toBeFocused();
});

test("a key is replaced only by one that works", async ({ home, guard }) => {
  guard.tolerate(/status of 422/);
  await connectTakealot(home, "My shop");
  await act(home, "My shop", "Replace key");
  const dialog = home.getByRole("dialog");
  await examine(home, "replace-key");
  await dialog.getByLabel(/^API key/).fill(demoKey("TAKEALOT_REFUSED"));
  await dialog.getByRole("button", { name: "Test and replace" }).click();
  await expect(dialog).toContainText("Takealot does not accept this key");
  await examine(home, "replace-key-refused");
  await dialog.getByLabel(/^API key/).fill(demoKey("TAKEALOT_GOOD"));
  await dialog.getByRole("button", { name: "Test and replace" }).click();
  await expect(dialog).toContainText("The key was replaced");
  await examine(home, "replace-key-done");
});

test("another connection becomes the default", async ({ home, person }) => {
  const [first, second] = [`first-${person.unique}`, `second-${person.unique}`];
  await connectShopify(home, `${first}.myshopify.com`);
  await connectShopify(home, `${second}.myshopify.com`);
  await home.goto("/");
  const rowOf = (shop: string) => home.getByRole("listitem").filter({ hasText: `${shop}.myshopify.com` });
  await expect(rowOf(first)).toContainText("Default");
  await rowOf(second)
    .getByRole("button", { name: /^Actions for/ })
    .click();
  await home.getByRole("menuitem", { name: "Make default" }).click();
  await expect(rowOf(second).getByTitle("Programs get this one when they name no account.")).toBeVisible();
  await expect(rowOf(first).getByTitle("Programs get this one when they name no account.")).toHaveCount(0);
});

test("reconnecting keeps the connection, and another account is refused", async ({ home }) => {
  await connectAmazon(home);
  await home.goto("/");
  const mine = home.getByRole("listitem").filter({ hasText: "A1SIMULATED001" });
  const id = await mine.getAttribute("id");
  await mine.getByRole("button", { name: /^Actions for/ }).click();
  await home.getByRole("menuitem", { name: "Reconnect" }).click();
  await consent(home, "Authorise");
  await expect(home.getByRole("heading", { level: 2, name: /is connected$/ })).toBeVisible();
  expect(await mine.getAttribute("id")).toBe(id);

  await mine.getByRole("button", { name: /^Actions for/ }).click();
  await home.getByRole("menuitem", { name: "Reconnect" }).click();
  await home.getByRole("radio", { name: /A1SIMULATED002/ }).check();
  await consent(home, "Authorise");
  await expect(
    home.getByRole("heading", { name: "Not reconnected: you agreed for another account" }),
  ).toBeVisible();
  await examine(home, "returned-other-account");
  await expect(home.getByRole("listitem").filter({ hasText: "A1SIMULATED002" })).toHaveCount(0);
  await expect(mine).toContainText("Connected");
});

test("a connection that does not get through says so, and works with another key", async ({
  home,
  guard,
}) => {
  guard.tolerate(/status of (422|429|503)/);
  await saveUntested(home, "Slow shop");
  await act(home, "Slow shop", "Test");
  await expect(row(home, "Slow shop").getByRole("note")).toContainText("The test did not get through");
  await examine(home, "row-test-failed");
  await act(home, "Slow shop", "Replace key");
  const dialog = home.getByRole("dialog");
  await dialog.getByLabel(/^API key/).fill(demoKey("TAKEALOT_GOOD"));
  await dialog.getByRole("button", { name: "Test and replace" }).click();
  await expect(dialog).toContainText("The key was replaced");
  await home.keyboard.press("Escape");
  await expect(row(home, "Slow shop")).toContainText("Connected");
});

test("disconnecting at the marketplace too", async ({ home, person }) => {
  const shop = `gone-${person.unique}.myshopify.com`;
  await connectShopify(home, shop);
  await home.goto("/");
  const mine = home.getByRole("listitem").filter({ hasText: shop });
  await mine.getByRole("button", { name: /^Actions for/ }).click();
  await home.getByRole("menuitem", { name: "Disconnect" }).click();
  const dialog = home.getByRole("dialog");
  await expect(dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
  await examine(home, "disconnect");
  await dialog.getByRole("button", { name: "Disconnect", exact: true }).click();
  await expect(dialog).toContainText("It is cut off at Shopify too");
  await examine(home, "disconnected");
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(mine).toHaveCount(0);
  await expect(home.getByRole("heading", { name: "Connect your first account" })).toBeVisible();
});

test("forgetting here only, one of two organisations", async ({ home, person }) => {
  await connectXero(home, person.user);
  await home.goto("/");
  const mine = home
    .getByRole("listitem")
    .filter({ has: home.getByRole("heading", { name: "Simulated Books" }) })
    .last();
  await mine.getByRole("button", { name: /^Actions for/ }).click();
  await home.getByRole("menuitem", { name: "Disconnect" }).click();
  const dialog = home.getByRole("dialog");
  await expect(dialog).toContainText("It shares one consent with");
  await examine(home, "disconnect-shared");
  await dialog.getByLabel("Only forget it here").check();
  await dialog.getByRole("button", { name: "Disconnect", exact: true }).click();
  await expect(dialog).toContainText("At Xero nothing was changed");
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(home.getByRole("heading", { name: "Simulated Branch" })).toBeVisible();
});

test("where a marketplace has no way to disconnect, the page says what the seller does there", async ({
  home,
}) => {
  await connectTakealot(home, "My shop");
  await act(home, "My shop", "Disconnect");
  const dialog = home.getByRole("dialog");
  await expect(dialog).toContainText("Delete or replace the API key under API Integrations");
  await examine(home, "disconnect-by-hand");
  await dialog.getByRole("button", { name: "Disconnect", exact: true }).click();
  await expect(dialog).toContainText("Only you can end the access at Takealot");
});
