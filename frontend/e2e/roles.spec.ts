import { agreeToSignIn } from "./support/identity";
import { row } from "./support/list";
import { connectTakealot } from "./support/marketplaces";
import { examine } from "./support/screen";
import { expect, test } from "./support/test";

test("an administrator hands over what a leaver has, and an auditor reads that", async ({
  home,
  person,
  browser,
  guard,
}) => {
  await connectTakealot(home, "Shop of the leaver");

  const colleague = async (user: string, role: string) => {
    const context = await browser.newContext();
    await guard.watch(context);
    const page = await context.newPage();
    await page.goto("/auth/sign-in");
    await agreeToSignIn(page, { ...person, user }, role);
    return page;
  };
  const admin = await colleague(`admin-${person.unique}`, "org_admin");
  await expect(admin.getByText("Connect your first account")).toBeVisible();
  await admin.getByRole("link", { name: "Everybody's" }).click();
  await expect(row(admin, "Shop of the leaver")).toContainText(`Belongs to ${person.user}`);
  await examine(admin, "list-everybody");

  await admin.getByRole("button", { name: "Hand over…" }).click();
  const dialog = admin.getByRole("dialog");
  await dialog.getByLabel("To").fill(`heir-${person.unique}`);
  await expect(dialog.getByLabel("From")).toHaveValue(person.user);
  await examine(admin, "hand-over");
  await dialog.getByRole("button", { name: "Hand over" }).click();
  await expect(dialog).toContainText("has 1 connection more now.");
  await examine(admin, "handed-over");
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(row(admin, "Shop of the leaver")).toContainText(`Belongs to heir-${person.unique}`);
  await admin.goBack();
  await expect(admin.getByRole("heading", { level: 1, name: "Connections" })).toBeVisible();

  const auditor = await colleague(`auditor-${person.unique}`, "auditor");
  await expect(
    auditor.getByRole("heading", { level: 1, name: "History of your organization" }),
  ).toBeVisible();
  const given = auditor.getByRole("listitem").filter({ hasText: "Handed over to a colleague" });
  await expect(given).toContainText(`by admin-${person.unique} for the owner`);
  await examine(auditor, "trail");
  await auditor.context().close();
  await admin.context().close();
});
