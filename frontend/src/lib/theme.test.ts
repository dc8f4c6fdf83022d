import { DEFAULT_THEME, luminance, mergeMantineTheme, type MantineTheme } from "@mantine/core";
import { describe, expect, test } from "vitest";

import { contrast, cssVariables, theme } from "./theme";

const AA = 4.5;
const merged: MantineTheme = mergeMantineTheme(DEFAULT_THEME, theme);
const {
  variables,
  light,
  dark,
}: Record<"variables" | "light" | "dark", Record<string, string>> = cssVariables(merged);

/** What a variable comes to in a scheme. */
function colour(name: string, scheme: Record<string, string>): string {
  const value = scheme[name] ?? variables[name] ?? "";
  const other = /^var\((.*)\)$/.exec(value)?.[1];
  return other === undefined ? value : colour(other, scheme);
}

const NAMES = ["blue", "red", "orange", "yellow", "green", "teal", "gray", "violet"];

describe.each([
  ["light", light],
  ["dark", dark],
])("in the %s scheme", (name, scheme) => {
  const read = (variable: string) => colour(`--mantine-color-${variable}`, scheme);
  const grounds =
    name === "light" ? ["#fff", merged.colors.gray[0]] : [read("dark-7"), read("dark-8"), read("dark-6")];

  test.each(["text", "dimmed", "placeholder", "error", "anchor"])("%s is easy to read", (variable) => {
    for (const ground of grounds) {
      expect(contrast(read(variable), ground)).toBeGreaterThanOrEqual(AA);
    }
  });

  test.each(NAMES)("buttons in %s are", (one) => {
    const ground = merged.colors[one]?.[8] ?? "";
    const words = luminance(ground) > merged.luminanceThreshold ? "#000" : "#fff";
    expect(contrast(words, ground)).toBeGreaterThanOrEqual(AA);
  });

  test.each(NAMES)("words in %s are, alone and on their pale ground", (one) => {
    for (const ground of grounds) {
      expect(contrast(read(`${one}-text`), ground)).toBeGreaterThanOrEqual(AA);
    }
    expect(contrast(read(`${one}-light-color`), read(`${one}-light`))).toBeGreaterThanOrEqual(AA);
    expect(contrast(read(`${one}-light-color`), read(`${one}-light-hover`))).toBeGreaterThanOrEqual(AA);
  });
});
