import { SimpleGrid } from "@mantine/core";

import type { MarketplaceDescriptor } from "../../api/types";
import { MarketplaceCard } from "./MarketplaceCard";
import classes from "./MarketplaceChoice.module.css";

/** Every marketplace, as links to its form. */
export function MarketplaceChoice({ marketplaces }: { marketplaces: MarketplaceDescriptor[] }) {
  return (
    <SimpleGrid component="ul" className={classes["list"] ?? ""} cols={{ base: 1, sm: 2 }}>
      {marketplaces.map((marketplace) => (
        <li key={marketplace.marketplace} className={classes["item"]}>
          <MarketplaceCard marketplace={marketplace} />
        </li>
      ))}
    </SimpleGrid>
  );
}
