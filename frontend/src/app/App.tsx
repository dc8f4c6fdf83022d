import { MantineProvider, type MantineColorScheme } from "@mantine/core";

import { cssVariables, theme } from "../lib/theme";
import { en } from "../texts/en";
import { TextsProvider } from "../texts/texts";
import { Views } from "./Views";

interface Props {
  /** Where the server is that this page came from. */
  baseUrl: string;
  /** Lets style elements past the Content-Security-Policy. */
  nonce: string;
  /** Leaves this page for another address. */
  leave: (address: string) => void;
  defaultColorScheme?: MantineColorScheme;
  env?: "default" | "test";
}

/** The page that the server embeds. */
export function App({ baseUrl, nonce, leave, defaultColorScheme = "auto", env = "default" }: Props) {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme={defaultColorScheme}
      getStyleNonce={() => nonce}
      env={env}
    >
      <TextsProvider texts={en}>
        <Views baseUrl={baseUrl} leave={leave} />
      </TextsProvider>
    </MantineProvider>
  );
}
