import { expect, type Page } from "@playwright/test";

import { demoKey } from "./stage";

/** Consent pages of the simulated marketplaces, and what else people do there. */

export async function consent(page: Page, agree: string) {
  await expect(page.getByRole("note")).toContainText("Simulated");
  await page.getByRole("button", { name: agree, exact: true }).click();
}

export async function refuse(page: Page) {
  await expect(page.getByRole("note")).toContainText("Simulated");
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
}

/** Agrees at Xero as a user of this test alone: ending the access of one ends all organisations of a user. */
export async function consentAtXero(page: Page, user: string) {
  await page.getByLabel("You are").evaluate((select, user) => {
    select.querySelector("option")?.setAttribute("value", user);
  }, user);
  await consent(page, "Allow access");
}

/** Opens the form of a marketplace from the list. */
export async function chooseMarketplace(page: Page, name: string) {
  await page.getByRole("button", { name: "Connect a marketplace" }).click();
  await page.getByRole("link", { name, exact: true }).click();
  await page.getByRole("heading", { level: 1, name: `Connect ${name}` }).waitFor();
}

/** Connects a Takealot account by a key that works. */
export async function connectTakealot(page: Page, label: string) {
  await chooseMarketplace(page, "Takealot");
  await page.getByLabel(/^API key/).fill(demoKey("TAKEALOT_GOOD"));
  await page.getByLabel("Your name for it (optional)").fill(label);
  await page.getByRole("button", { name: "Test and connect" }).click();
  await expect(page.getByRole("heading", { name: `${label} is connected` })).toBeFocused();
}

/** Saves a Takealot key whose calls are always told to wait. */
export async function saveUntested(page: Page, label: string) {
  await chooseMarketplace(page, "Takealot");
  await page.getByLabel(/^API key/).fill(demoKey("TAKEALOT_THROTTLED"));
  await page.getByLabel("Your name for it (optional)").fill(label);
  await page.getByRole("button", { name: "Test and connect" }).click();
  await page.getByRole("button", { name: "Save without testing" }).click();
  await expect(page.getByText(`“${label}” is saved, not tested yet`)).toBeVisible();
}

/** Connects a shop of this test alone. */
export async function connectShopify(page: Page, shop: string) {
  await chooseMarketplace(page, "Shopify");
  await page.getByLabel(/^Shop/).fill(shop);
  await page.getByRole("button", { name: "Go to Shopify" }).click();
  await consent(page, "Install");
  await page.getByRole("heading", { level: 1, name: "Connections" }).waitFor();
}

export async function connectAmazon(page: Page) {
  await chooseMarketplace(page, "Amazon");
  await page.getByLabel("Region").selectOption({ label: "Europe, Middle East, Africa and India" });
  await page.getByRole("button", { name: "Go to Amazon" }).click();
  await consent(page, "Authorise");
  await page.getByRole("heading", { level: 1, name: "Connections" }).waitFor();
}

export async function connectXero(page: Page, user: string) {
  await chooseMarketplace(page, "Xero");
  await page.getByRole("button", { name: "Go to Xero" }).click();
  await consentAtXero(page, user);
  await page.getByRole("heading", { level: 1, name: "Connections" }).waitFor();
}
