import type { components } from "../lib/schema";

type Marketplace = components["schemas"]["Marketplace"];

interface Props {
  marketplace: Marketplace;
  /** In pixels. */
  size?: number;
  /** Read aloud; nothing is when the name stands beside it. */
  label?: string;
}

/** Dark enough for white lines on them, and of no brand. */
const TILES: Record<Marketplace, { colour: string; strokes: string }> = {
  takealot: { colour: "#4a4fc4", strokes: "M12 13h16M20 13v15" },
  amazon: { colour: "#a0470d", strokes: "M12.5 28 20 12l7.5 16M15.5 22.5h9" },
  shopify: {
    colour: "#1f7443",
    strokes:
      "M26 15.5c-1-2-3-3-6-3-3.5 0-5.8 1.4-5.8 3.7 0 5.2 12 2.4 12 7.9 0 2.5-2.5 3.9-6.2 3.9-3.2 0-5.4-1.1-6.4-3.3",
  },
  xero: { colour: "#0f6c86", strokes: "m13 13 14 15M27 13 13 28" },
};

/** The sign of a marketplace: a coloured tile with its first letter. */
export function MarketplaceMark({ marketplace, size = 40, label }: Props) {
  const { colour, strokes } = TILES[marketplace];
  const spoken = label === undefined ? { "aria-hidden": true } : { role: "img", "aria-label": label };
  return (
    <svg width={size} height={size} viewBox="0 0 40 40" focusable="false" {...spoken}>
      <rect width="40" height="40" rx="10" fill={colour} />
      <path
        d={strokes}
        fill="none"
        stroke="#fff"
        strokeWidth="3.2"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
