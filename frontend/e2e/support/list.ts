import type { Locator, Page } from "@playwright/test";

/** The row of a connection in the list. */
export function row(page: Page, label: string): Locator {
  return page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: label, exact: true }) });
}

/** Chooses an action from the menu of a row. */
export async function act(page: Page, label: string, action: string) {
  await page.getByRole("button", { name: `Actions for ${label}` }).click();
  await page.getByRole("menuitem", { name: action, exact: true }).click();
}
