import { Stack } from "@mantine/core";
import { useState } from "react";

import { ViewTitle } from "../../../../components/ViewTitle";
import type {
  AuthKind,
  CreatedConnection,
  MarketplaceDescriptor,
  ReplacedCredentials,
} from "../../api/types";
import { ConsentForm } from "./ConsentForm";
import { HowTo } from "./HowTo";
import { KeyForm } from "./KeyForm";
import { NotSetUp } from "./NotSetUp";
import { OtherWays } from "./OtherWays";

interface Props {
  marketplace: MarketplaceDescriptor;
  /** Field name → what the marketplace filled in, where the seller began there. */
  initial: Record<string, string>;
  onConnected: (connection: CreatedConnection | ReplacedCredentials) => void;
  onShow: (id: string) => void;
}

/** Connects an account of one marketplace, in the best way that is set up unless another is chosen. */
export function ConnectMarketplace({ marketplace, initial, onConnected, onShow }: Props) {
  const kinds = marketplace.authKinds;
  const [chosen, setChosen] = useState<AuthKind | null>(null);
  const kind = chosen ?? bestOf(kinds, Object.keys(initial).length > 0);
  if (!kind) {
    return null;
  }
  return (
    <Stack gap="lg">
      {/* Another way is another form: nothing that was typed into this one is taken along. */}
      <Stack key={kind.title}>
        <ViewTitle order={2} size="h3" takesFocus={chosen !== null}>
          {kind.title}
        </ViewTitle>
        {kind.configured && <HowTo kind={kind} marketplaceName={marketplace.name} />}
        {!kind.configured && <NotSetUp kind={kind} />}
        {kind.configured && kind.method === "form" && (
          <KeyForm
            marketplace={marketplace}
            kind={kind}
            initial={initial}
            onConnected={onConnected}
            onShow={onShow}
          />
        )}
        {kind.configured && kind.method === "consent" && (
          <ConsentForm marketplace={marketplace} kind={kind} initial={initial} />
        )}
      </Stack>
      <OtherWays kinds={kinds.filter((other) => other !== kind)} onChoose={setChosen} />
    </Stack>
  );
}

/** The first that is set up; who began at the marketplace goes on there if possible. */
function bestOf(kinds: AuthKind[], isStarted: boolean): AuthKind | undefined {
  const configured = kinds.filter((kind) => kind.configured);
  const consent = isStarted ? configured.find((kind) => kind.method === "consent") : undefined;
  return consent ?? configured[0] ?? kinds[0];
}
