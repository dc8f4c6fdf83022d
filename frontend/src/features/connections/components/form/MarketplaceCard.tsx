import { Group, Paper, Text, Title } from "@mantine/core";

import { MarketplaceMark } from "../../../../components/MarketplaceMark";
import type { MarketplaceDescriptor } from "../../api/types";
import { usePlaceLink } from "../../navigation/use-place-link";
import classes from "./MarketplaceCard.module.css";
import { NotSetUp } from "./NotSetUp";

/** One marketplace: its heading is the link, and the whole card can be clicked. */
export function MarketplaceCard({ marketplace }: { marketplace: MarketplaceDescriptor }) {
  const link = usePlaceLink({ at: "connect", marketplace: marketplace.marketplace });
  const isConfigured = marketplace.authKinds.some(({ configured }) => configured);
  const best = marketplace.authKinds[0];
  return (
    <Paper withBorder p="md" className={classes["card"] ?? ""} mod={{ open: isConfigured }}>
      <Group gap="sm" wrap="nowrap" mb="xs">
        <MarketplaceMark marketplace={marketplace.marketplace} />
        <Title order={2} size="h4">
          {isConfigured ? (
            <a {...link} className={classes["link"]}>
              {marketplace.name}
            </a>
          ) : (
            marketplace.name
          )}
        </Title>
      </Group>
      <Text size="sm">{marketplace.summary}</Text>
      {!isConfigured && best && (
        <div className={classes["missing"]}>
          <NotSetUp kind={best} />
        </div>
      )}
    </Paper>
  );
}
