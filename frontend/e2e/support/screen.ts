import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { expect, type Page } from "@playwright/test";

import { stage } from "./stage";

interface Violation {
  id: string;
  nodes: { html: string; failureSummary?: string }[];
}

declare global {
  interface Window {
    axe: { run: (options: object) => Promise<{ violations: Violation[] }> };
  }
}

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SCHEMES = ["light", "dark"] as const;
const FOLDER = `${stage.artefacts}/screenshots`;

interface Options {
  /** What is on the screen only as long as nothing changes, such as a running request, bears no other width. */
  phone?: boolean;
}

/**
 * Holds a screen against every rule of axe, in light and dark, checks that it fits into 360 pixels, and leaves
 * pictures of it in the artefacts.
 */
export async function examine(page: Page, name: string, { phone = true }: Options = {}) {
  mkdirSync(FOLDER, { recursive: true });
  const before = await page.evaluate(() => document.documentElement.dataset["mantineColorScheme"]);
  for (const scheme of SCHEMES) {
    await paint(page, scheme);
    await settle(page);
    expect(await violations(page), `${name}, ${scheme}`).toEqual([]);
    await page.screenshot({ path: `${FOLDER}/${name}-${scheme}.png`, animations: "disabled" });
  }
  await paint(page, before ?? "light");
  if (phone) {
    const size = page.viewportSize();
    await page.setViewportSize({ width: 360, height: 740 });
    await settle(page);
    await expectNoSideScrolling(page);
    expect(await violations(page), `${name}, 360 px`).toEqual([]);
    await page.screenshot({ path: `${FOLDER}/${name}-360.png`, animations: "disabled", fullPage: true });
    if (size) {
      await page.setViewportSize(size);
    }
  }
}

/** Nothing has to be moved sideways to be read. */
export async function expectNoSideScrolling(page: Page) {
  const { inside, width } = await page.evaluate(() => ({
    inside: document.documentElement.scrollWidth,
    width: document.documentElement.clientWidth,
  }));
  expect(inside).toBeLessThanOrEqual(width);
}

async function paint(page: Page, scheme: string) {
  await page.evaluate((scheme) => {
    document.documentElement.dataset["mantineColorScheme"] = scheme;
  }, scheme);
}

/** Lets transitions end: colours in between are nobody's choice. */
async function settle(page: Page) {
  await page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        .filter((animation) => animation.effect?.getComputedTiming().iterations !== Infinity)
        .map((animation) => animation.finished.catch(() => undefined)),
    ),
  );
}

/** What axe finds wrong. It comes in by the debugger, which the Content-Security-Policy does not bind. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { violations } = await window.axe.run({ resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.html.slice(0, 200)} ${node.failureSummary?.slice(0, 300) ?? ""}`),
    );
  });
}
