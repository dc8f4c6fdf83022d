import {
  createTheme,
  darken,
  defaultCssVariablesResolver,
  luminance,
  type CSSVariablesResolver,
  type MantineTheme,
} from "@mantine/core";

/** WCAG 2.2 AA for text, with a little to spare for rounding. */
const ENOUGH = 4.6;
/** Above this luminance black is easier to read than white, and both reach AA at it. */
const BLACK_ABOVE = 0.183;

/** The head of a dialog is not the head of the page, but looks like a heading. */
const dialog = {
  attributes: { header: { role: "presentation" } },
  styles: { title: { fontSize: "1.125rem", fontWeight: 650 } },
};

/** How our pages look; give it to the `MantineProvider` along with `cssVariables`. */
export const theme = createTheme({
  primaryColor: "blue",
  primaryShade: 8,
  autoContrast: true,
  luminanceThreshold: BLACK_ABOVE,
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif",
  defaultRadius: "md",
  radius: { md: "6px", lg: "10px" },
  respectReducedMotion: true,
  cursorType: "pointer",
  components: { Modal: { defaultProps: dialog }, Drawer: { defaultProps: dialog } },
  headings: {
    fontFamily: "inherit",
    fontWeight: "650",
    textWrap: "balance",
    sizes: {
      h1: { fontSize: "1.75rem", lineHeight: "1.25" },
      h2: { fontSize: "1.25rem", lineHeight: "1.35" },
      h3: { fontSize: "1.0625rem", lineHeight: "1.4" },
    },
  },
});

/** How much two colours differ, from 1 to 21, as WCAG counts it. */
export function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** The colour as it is, or as much darker as reading it on `background` takes. */
function readable(colour: string, background: string): string {
  const steps = [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6];
  const tried = steps.map((step) => (step === 0 ? colour : darken(colour, step)));
  return tried.find((one) => contrast(one, background) >= ENOUGH) ?? "#000";
}

/** Words in a colour of the palette, in the light scheme: on white, and on the pale shades of the same colour. */
function words(theme: MantineTheme): Record<string, string> {
  const of = ([name, shades]: [string, readonly string[]]) => {
    const text = readable(shades[9] ?? "#000", shades[2] ?? "#fff");
    return [
      [`--mantine-color-${name}-text`, text],
      [`--mantine-color-${name}-light-color`, text],
      [`--mantine-color-${name}-outline`, text],
    ];
  };
  return Object.fromEntries(Object.entries(theme.colors).flatMap(of)) as Record<string, string>;
}

/** The same in the dark scheme. */
function paleWords(theme: MantineTheme): Record<string, string> {
  return Object.fromEntries(
    Object.keys(theme.colors).map((name) => [
      `--mantine-color-${name}-text`,
      `var(--mantine-color-${name}-3)`,
    ]),
  );
}

/** Mantine's variables, but for those that are too pale to be read by everybody. */
export const cssVariables: CSSVariablesResolver = (theme) => {
  const { variables, light, dark } = defaultCssVariablesResolver(theme);
  return {
    variables,
    light: {
      ...light,
      ...words(theme),
      "--mantine-color-text": "#1b1f24",
      "--mantine-color-dimmed": "#565d64",
      "--mantine-color-placeholder": "#6b737a",
      "--mantine-color-error": "#c02626",
      "--mantine-color-anchor": theme.colors.blue[9],
      "--mantine-color-default-color": "#1b1f24",
    },
    dark: {
      ...dark,
      ...paleWords(theme),
      "--mantine-color-text": "#dcdcdc",
      "--mantine-color-dimmed": "#adadad",
      "--mantine-color-placeholder": "#a0a0a0",
      "--mantine-color-error": theme.colors.red[4],
      "--mantine-color-anchor": theme.colors.blue[3],
    },
  };
};
