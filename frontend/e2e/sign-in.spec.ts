import { execFileSync } from "node:child_process";

import { agreeToSignIn, cancelSignIn } from "./support/identity";
import { examine } from "./support/screen";
import { stage } from "./support/stage";
import { expect, test } from "./support/test";

const SESSION = "__Host-fluxori-session";

test("somebody signs in, comes back to where they were, and signs out", async ({ page, context, person }) => {
  await page.goto("/?connect=takealot");
  await expect(page.getByRole("heading", { level: 1, name: "Sign in" })).toBeVisible();
  await expect(page).toHaveTitle("Sign in · Fluxori");
  await examine(page, "signed-out");

  await page.getByRole("link", { name: "Sign in" }).click();
  await agreeToSignIn(page, person);
  await expect(page.getByRole("heading", { level: 1, name: "Connect Takealot" })).toBeVisible();
  await expect(page).toHaveURL("/?connect=takealot");
  const [cookie] = (await context.cookies()).filter(({ name }) => name === SESSION);
  expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: "Lax", path: "/" });

  await page.getByRole("button", { name: `Account: ${person.user}` }).click();
  await expect(page.getByRole("menu")).toContainText(person.organization);
  await examine(page, "account-menu", { phone: false });
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Sign in" })).toBeVisible();
  expect((await context.cookies()).filter(({ name }) => name === SESSION)).toEqual([]);
  await page.goBack();
  await page.reload();
  await expect(page.getByRole("heading", { level: 1, name: "Sign in" })).toBeVisible();
});

test("who cancels is told so, and can go on", async ({ page, person }) => {
  await page.goto("/");
  await page.getByRole("link", { name: "Sign in" }).click();
  await cancelSignIn(page);
  await expect(page.getByText("You did not sign in.")).toBeVisible();
  await examine(page, "sign-in-denied");
  await page.getByRole("link", { name: "Sign in again" }).click();
  await agreeToSignIn(page, person);
  await expect(page.getByRole("heading", { level: 1, name: "Connections" })).toBeVisible();
  await expect(page).toHaveURL("/");
});

test("an account without an organization is turned away in words", async ({ page, person }) => {
  await page.goto("/auth/sign-in");
  await agreeToSignIn(page, { ...person, organization: "" });
  await expect(page.getByText("which organization it belongs to")).toBeVisible();
  await examine(page, "sign-in-forbidden");
});

test("a session that ends shows so, and nothing of the address is lost", async ({
  home,
  context,
  person,
  guard,
}) => {
  guard.tolerate(/status of 401/);
  await home.getByRole("button", { name: "Connect a marketplace" }).click();
  await home.getByRole("link", { name: "Takealot", exact: true }).click();
  await home.getByLabel(/^API key/).fill("0".repeat(128));
  await context.clearCookies({ name: SESSION });
  await home.getByRole("button", { name: "Test and connect" }).click();

  await expect(home.getByRole("heading", { level: 1, name: "Sign in" })).toBeFocused();
  await expect(home.getByText("Your session has ended")).toBeVisible();
  await expect(home).toHaveURL("/?connect=takealot");
  await examine(home, "session-ended");
  await home.getByRole("link", { name: "Sign in again" }).click();
  await agreeToSignIn(home, person);
  await expect(home.getByRole("heading", { level: 1, name: "Connect Takealot" })).toBeVisible();
});

test("another session in another tab takes the place of the first one", async ({ home, context, guard }) => {
  guard.tolerate(/status of 403/);
  const second = await context.newPage();
  await second.goto("/auth/sign-in");
  await agreeToSignIn(second, { user: "somebody-else", organization: "another-organization" });
  await expect(second.getByRole("button", { name: "Account: somebody-else" })).toBeVisible();
  await second.close();

  // The first tab does not know yet: its next change is refused, and it shows who is signed in now.
  await home.getByRole("button", { name: "Connect a marketplace" }).click();
  await home.getByRole("link", { name: "Takealot", exact: true }).click();
  await home.getByLabel(/^API key/).fill("0".repeat(128));
  await home.getByRole("button", { name: "Test and connect" }).click();
  await expect(home.getByRole("button", { name: "Account: somebody-else" })).toBeVisible();
  await expect(home.getByLabel(/^API key/)).toHaveValue("");
});

test("a sign-in link works once", async ({ page, context, person }) => {
  const { user, organization } = person;
  const told = execFileSync(stage.server, ["sign-in-link", "--user", user, "--organization", organization], {
    encoding: "utf8",
  });
  const link = /http\S+\/auth\/link\?token=\S+/.exec(told)?.[0] ?? "";
  await page.goto(link);
  await expect(page.getByRole("button", { name: `Account: ${user}` })).toBeVisible();
  await expect(page).toHaveURL("/");

  await page.goto(link);
  await expect(page.getByText(`You are still signed in as ${user}.`)).toBeVisible();
  await examine(page, "link-used-signed-in");
  await page.getByRole("button", { name: "Close" }).click();
  await expect(page).toHaveURL("/");

  await context.clearCookies();
  await page.goto(link);
  await expect(page.getByText("This sign-in link has been used already")).toBeVisible();
  await examine(page, "link-used");
});

test("who may only look is shown what there is, and offered no form", async ({ page, person }) => {
  await page.goto("/auth/sign-in?returnTo=/?connect=takealot");
  await agreeToSignIn(page, person, "viewer");
  await expect(page.getByText("Nothing is connected yet")).toBeVisible();
  await expect(page.getByText("You can look, but not change anything")).toBeVisible();
  await expect(page.getByLabel(/^API key/)).toHaveCount(0);
  await expect(page.getByRole("button", { name: /Connect/ })).toHaveCount(0);
  await examine(page, "list-read-only");
  await page.getByRole("button", { name: `Account: ${person.user}` }).click();
  await expect(page.getByRole("menu")).toContainText("not change anything");
});
