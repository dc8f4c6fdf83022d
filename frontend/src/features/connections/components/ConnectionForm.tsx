import { Anchor, Box, Group, Skeleton, Stack, Text, VisuallyHidden } from "@mantine/core";

import { MarketplaceMark } from "../../../components/MarketplaceMark";
import { ProblemNotice } from "../../../components/ProblemNotice";
import { ViewTitle } from "../../../components/ViewTitle";
import { useTexts } from "../../../texts/texts";
import type { CreatedConnection, Marketplace, ReplacedCredentials } from "../api/types";
import { useMarketplaces } from "../hooks/useMarketplaces";
import { usePlaceLink } from "../navigation/use-place-link";
import { ConnectMarketplace } from "./form/ConnectMarketplace";
import { MarketplaceChoice } from "./form/MarketplaceChoice";

interface Props {
  /** `null`: the marketplace is chosen first. */
  marketplace: Marketplace | null;
  /** What the marketplace where the connection begins filled in. */
  fields: Record<string, string>;
  onConnected: (connection: CreatedConnection | ReplacedCredentials) => void;
  /** Shows a connection that is there already. */
  onShow: (id: string) => void;
}

/** Connects a new account. */
export function ConnectionForm({ marketplace, fields, onConnected, onShow }: Props) {
  const texts = useTexts();
  const { data, error, isPending, isFetching, refetch } = useMarketplaces();
  const toList = usePlaceLink({ at: "list", whose: "own" });
  const toChoice = usePlaceLink({ at: "connect", marketplace: null });
  const chosen = data?.find((other) => other.marketplace === marketplace);
  // The heading does not wait for what is below it.
  const name = isPending && marketplace ? texts.list.marketplaces[marketplace] : chosen?.name;
  return (
    <Stack key={marketplace}>
      <Group component="nav" aria-label={texts.form.ways} gap="md">
        <Anchor size="sm" {...toList}>
          {texts.form.back}
        </Anchor>
        {chosen && (
          <Anchor size="sm" {...toChoice}>
            {texts.form.chooseAnother}
          </Anchor>
        )}
      </Group>
      <Group gap="sm" wrap="nowrap">
        {chosen && <MarketplaceMark marketplace={chosen.marketplace} />}
        <ViewTitle order={1}>{name ? texts.form.connect(name) : texts.form.title}</ViewTitle>
      </Group>
      {isPending && (
        <div role="status">
          <VisuallyHidden>{texts.common.loading}</VisuallyHidden>
          <Skeleton height={160} />
        </div>
      )}
      {error && (
        <ProblemNotice
          error={error}
          title={texts.form.loadFailed}
          onRetry={() => void refetch()}
          isRetrying={isFetching}
        />
      )}
      {chosen && (
        <Box maw={560}>
          <ConnectMarketplace
            marketplace={chosen}
            initial={fields}
            onConnected={onConnected}
            onShow={onShow}
          />
        </Box>
      )}
      {data && !chosen && (
        <>
          <Text>{data.length > 0 ? texts.form.intro : texts.form.none}</Text>
          <MarketplaceChoice marketplaces={data} />
        </>
      )}
    </Stack>
  );
}
