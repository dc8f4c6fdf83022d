import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http } from "msw";
import { beforeEach, expect, test, vi } from "vitest";

import { connection } from "../../../src/testing/data";
import { answer, refusal, server } from "../../../src/testing/server";

const VAULT = "http://127.0.0.1:8080";

let given = 0;

beforeEach(() => {
  // Each test is another visit: the host keeps its token in memory.
  vi.resetModules();
  given = 0;
  server.use(
    http.post(`${window.location.origin}/session/token`, () => {
      given += 1;
      return answer({ accessToken: `token-${given}` });
    }),
    http.get(`${VAULT}/api/marketplaces`, () => answer({ items: [] })),
  );
});

async function visit() {
  const { App } = await import("./App");
  render(
    <MantineProvider env="test">
      <App />
    </MantineProvider>,
  );
  return userEvent.setup();
}

/** The list, for those who bring this token. */
function listFor(token: string) {
  const seen: (string | null)[] = [];
  server.use(
    http.get(`${VAULT}/api/connections`, ({ request }) => {
      const sent = request.headers.get("Authorization");
      seen.push(sent);
      return sent === `Bearer ${token}`
        ? answer({ items: [connection({ label: "My shop" })], nextCursor: null })
        : refusal("invalid-token", 401);
    }),
  );
  return seen;
}

test("the page asks with the token of the host", async () => {
  const seen = listFor("token-1");
  await visit();
  expect(await screen.findByText("My shop")).toBeVisible();
  expect(new Set(seen)).toEqual(new Set(["Bearer token-1"]));
});

test("a token that is refused is asked for again, once", async () => {
  const seen = listFor("token-2");
  await visit();
  expect(await screen.findByText("My shop")).toBeVisible();
  expect(seen.slice(0, 2)).toEqual(["Bearer token-1", "Bearer token-2"]);
});

test("the dashboard shows how the connections are", async () => {
  server.use(
    http.get(`${VAULT}/api/connections`, () => answer({ items: [], nextCursor: null })),
    http.get(`${VAULT}/api/connections/summary`, () =>
      answer({
        total: 3,
        byStatus: { pending: 0, connected: 2, error: 1, expired: 0, disconnected: 0 },
        nextExpiry: null,
      }),
    ),
  );
  const user = await visit();
  await user.click(screen.getByRole("button", { name: "Dashboard" }));
  expect(await screen.findByText(/3/)).toBeVisible();
});
