import axe from "axe-core";
import { expect } from "vitest";

/** Fails with what axe finds wrong. Colours are judged in a real browser, by the end-to-end tests: jsdom paints nothing. */
export async function expectAccessible(element: Element = document.body) {
  const { violations } = await axe.run(element, {
    rules: { "color-contrast": { enabled: false }, region: { enabled: false } },
  });
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
  expect(found).toEqual([]);
}
