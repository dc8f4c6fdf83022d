import type { Locator, Page } from "@playwright/test";

import { act, row } from "./support/list";
import { connectTakealot } from "./support/marketplaces";
import { expectNoSideScrolling } from "./support/screen";
import { demoKey } from "./support/stage";
import { expect, test } from "./support/test";

/** The page for everybody: by keyboard alone, on a phone, magnified, without motion, in the dark. */

async function tabTo(page: Page, target: Locator) {
  for (let presses = 0; presses < 60; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) {
      const outline = await target.evaluate((element) => getComputedStyle(element).outlineStyle);
      const isField = await target.evaluate((element) => element instanceof HTMLInputElement);
      // A field shows it by its edge.
      expect(isField || outline !== "none").toBe(true);
      return;
    }
    await page.keyboard.press("Tab");
  }
  throw new Error("the keyboard does not get there");
}

test("connecting and disconnecting by keyboard alone", async ({ home }) => {
  await tabTo(home, home.getByRole("button", { name: "Connect a marketplace" }));
  await home.keyboard.press("Enter");
  await expect(home.getByRole("heading", { level: 1, name: "Connect a marketplace" })).toBeFocused();
  await tabTo(home, home.getByRole("link", { name: "Takealot", exact: true }));
  await home.keyboard.press("Enter");
  await tabTo(home, home.getByLabel(/^API key/));
  await home.keyboard.insertText(demoKey("TAKEALOT_GOOD"));
  await tabTo(home, home.getByLabel("Your name for it (optional)"));
  await home.keyboard.type("By keyboard");
  await home.keyboard.press("Enter");
  await expect(home.getByRole("heading", { name: "By keyboard is connected" })).toBeFocused();

  await tabTo(home, home.getByRole("button", { name: "Actions for By keyboard" }));
  await home.keyboard.press("Enter");
  await expect(home.getByRole("menuitem", { name: "Test" })).toBeFocused();
  await home.keyboard.press("End");
  await expect(home.getByRole("menuitem", { name: "Disconnect" })).toBeFocused();
  await home.keyboard.press("Enter");
  const dialog = home.getByRole("dialog");
  await expect(dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
  await home.keyboard.press("Escape");
  await expect(home.getByRole("button", { name: "Actions for By keyboard" })).toBeFocused();
  await home.keyboard.press("Enter");
  await home.keyboard.press("End");
  await home.keyboard.press("Enter");
  await tabTo(home, dialog.getByRole("button", { name: "Disconnect", exact: true }));
  await home.keyboard.press("Enter");
  await expect(dialog.getByRole("button", { name: "Done" })).toBeFocused();
  await home.keyboard.press("Enter");
  await expect(dialog).toHaveCount(0);
  await expect(row(home, "By keyboard")).toHaveCount(0);
  const focused = await home.evaluate(() => document.activeElement !== document.body);
  expect(focused).toBe(true);
});

test("the way past the header", async ({ home }) => {
  await home.reload();
  await home.getByRole("heading", { level: 1, name: "Connections" }).waitFor();
  await home.keyboard.press("Tab");
  await expect(home.getByRole("link", { name: "Skip to the content" })).toBeFocused();
  await home.keyboard.press("Enter");
  await home.keyboard.press("Tab");
  await expect(home.getByRole("button", { name: "Connect a marketplace" })).toBeFocused();
});

for (const [name, width, height] of [
  ["on a phone", 360, 740],
  // 1280 × 800 magnified to 200 %.
  ["magnified", 640, 400],
] as const) {
  test(`the whole way ${name}, with nothing to move sideways`, async ({ home }) => {
    await home.setViewportSize({ width, height });
    await expectNoSideScrolling(home);
    await home.getByRole("button", { name: "Connect a marketplace" }).click();
    await home.getByRole("link", { name: "Takealot", exact: true }).waitFor();
    await expectNoSideScrolling(home);
    await home.goBack();
    await connectTakealot(home, "A shop with quite a long name, as shops sometimes have them");
    await expectNoSideScrolling(home);
    const label = "A shop with quite a long name, as shops sometimes have them";
    await act(home, label, "History");
    await expect(home.getByRole("dialog")).toBeVisible();
    await expectNoSideScrolling(home);
    await home.keyboard.press("Escape");
    await act(home, label, "Disconnect");
    await expectNoSideScrolling(home);
    await home.getByRole("dialog").getByRole("button", { name: "Disconnect", exact: true }).click();
    await home.getByRole("button", { name: "Done" }).click();
    await expect(row(home, label)).toHaveCount(0);
  });
}

test("who wants no motion sees none", async ({ home }) => {
  await home.emulateMedia({ reducedMotion: "reduce" });
  await connectTakealot(home, "My shop");
  await act(home, "My shop", "Rename");
  const moving = await home.evaluate(
    () =>
      document
        .getAnimations()
        .filter((animation) => Number(animation.effect?.getComputedTiming().duration ?? 0) > 1).length,
  );
  expect(moving).toBe(0);
});

test("the dark look is chosen once and stays", async ({ home }) => {
  await home.getByRole("button", { name: "Appearance" }).click();
  await home.getByRole("menuitemradio", { name: "Dark" }).click();
  await home.reload();
  await home.getByRole("heading", { level: 1, name: "Connections" }).waitFor();
  await expect(home.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
  await home.getByRole("button", { name: "Appearance" }).click();
  await home.getByRole("menuitemradio", { name: "Same as this device" }).click();
  await home.emulateMedia({ colorScheme: "dark" });
  await expect(home.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
  await home.emulateMedia({ colorScheme: "light" });
  await expect(home.locator("html")).toHaveAttribute("data-mantine-color-scheme", "light");
});
