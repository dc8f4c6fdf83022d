import { MantineProvider, type MantineColorScheme } from "@mantine/core";
import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { render as renderReact } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { vi } from "vitest";

import { ApiProvider } from "../lib/api-context";
import { createQueryClient } from "../lib/query-client";
import type { Role } from "../lib/rights";
import { cssVariables, theme } from "../lib/theme";
import { API } from "./server";

interface Options {
  colorScheme?: MantineColorScheme;
  cache?: QueryClient;
  roles?: readonly Role[];
}

const authentication = { kind: "bearer", getAccessToken: () => "test-access-token" } as const;

/** Renders with everything that components need: a fresh cache, and an API that MSW answers. */
export function render(
  ui: ReactNode,
  { colorScheme = "light", cache = createQueryClient(), roles = [] }: Options = {},
) {
  const leave = vi.fn<(address: string) => void>();
  const user = userEvent.setup();
  const rendered = renderReact(
    <MantineProvider
      env="test"
      theme={theme}
      cssVariablesResolver={cssVariables}
      forceColorScheme={colorScheme === "dark" ? "dark" : "light"}
    >
      <QueryClientProvider client={cache}>
        <ApiProvider baseUrl={API} authentication={authentication} leave={leave} roles={roles}>
          {ui}
        </ApiProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { ...rendered, user, leave, cache };
}
