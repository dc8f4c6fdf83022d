import type { Page } from "@playwright/test";

interface Who {
  user: string;
  organization: string;
}

/** Signs in on the page of the simulated identity provider. */
export async function agreeToSignIn(page: Page, { user, organization }: Who, role = "") {
  await page.getByLabel("User").fill(user);
  await page.getByLabel("Organization").fill(organization);
  await page.getByLabel("Role").selectOption(role);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

export async function cancelSignIn(page: Page) {
  await page.getByRole("button", { name: "Cancel" }).click();
}
