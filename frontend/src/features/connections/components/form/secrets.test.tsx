import { useMutation } from "@tanstack/react-query";
import { screen, waitFor } from "@testing-library/react";
import { http } from "msw";
import { useMemo, useState } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { connection, testResult } from "../../../../testing/data";
import { placesOf } from "../../../../testing/memory";
import { render } from "../../../../testing/render";
import { answer, API, refusal, server } from "../../../../testing/server";
import { IntegrationsPage } from "../IntegrationsPage";
import { ReplaceKeyDialog } from "../ReplaceKeyDialog";

// Walking through all that React keeps takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const SECRET = "marked-secret-7f3d9c";

/** Every request that was made, as text: address, headers and body. */
const requests: { method: string; text: string }[] = [];
const keepRequest = async ({ request }: { request: Request }) => {
  const headers = JSON.stringify([...request.headers]);
  const text = `${request.url} ${headers} ${await request.clone().text()}`;
  requests.push({ method: request.method, text });
};
const printed: unknown[] = [];

beforeEach(() => {
  requests.length = 0;
  printed.length = 0;
  server.events.on("request:start", (event) => void keepRequest(event));
  for (const level of ["log", "info", "warn", "error", "debug"] as const) {
    vi.spyOn(console, level).mockImplementation((...words) => void printed.push(...words));
  }
});
afterEach(() => server.events.removeAllListeners());

/** Where the secret is, apart from the inputs that it was typed into and the requests that carry it. */
function leaks({ container, cache }: ReturnType<typeof render>): string[] {
  return placesOf(SECRET, {
    container,
    printed,
    queries: cache.getQueryCache().getAll(),
    mutations: cache.getMutationCache().getAll(),
    storages: [Object.entries(localStorage), Object.entries(sessionStorage)],
    cookie: document.cookie,
    address: window.location.href,
    history: window.history.state,
    // Attributes, unlike properties, are what developer tools, extensions and recorders copy.
    markup: document.documentElement.outerHTML,
    lastMatched: Reflect.get(RegExp, "input"),
  });
}

const carriers = () => requests.filter(({ text }) => text.includes(SECRET)).map(({ method }) => method);

/** Keeps a secret in the ways that a component can. */
function Careless({ secret }: { secret: string }) {
  const [state] = useState({ deep: [secret] });
  const memoized = useMemo(() => ({ secret }), [secret]);
  const { mutate } = useMutation({ mutationFn: (_: string) => Promise.resolve() });
  return (
    <button onClick={() => mutate(secret)}>{Object.keys(state).length + Object.keys(memoized).length}</button>
  );
}

test("the search finds a secret that a component keeps", async () => {
  const page = render(<Careless secret={SECRET} />);
  const { container } = page;
  const found = placesOf(SECRET, { container });
  expect(found.some((place) => place.includes("memoizedProps"))).toBe(true);
  expect(found.some((place) => place.includes("memoizedState"))).toBe(true);
  await page.user.click(screen.getByRole("button"));
  expect(placesOf(SECRET, { mutations: page.cache.getMutationCache().getAll() })).not.toEqual([]);
  page.cache.setQueryData(["kept"], { deep: [new Map([["key", `a ${SECRET} b`]])] });
  expect(placesOf(SECRET, { queries: page.cache.getQueryCache().getAll() })).not.toEqual([]);
});

test("a key is in its input while it is typed and sent, and nowhere when it was accepted", async () => {
  let settle: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (settle = resolve));
  server.use(
    http.post(`${API}/api/connections`, async () => {
      await held;
      return answer({ ...connection({ label: "My shop" }), test: testResult(), warnings: [] }, 201);
    }),
  );
  window.history.replaceState(null, "", "/?connect=takealot");
  const page = render(<IntegrationsPage />);
  const key = await screen.findByLabelText<HTMLInputElement>(/^API key/);
  await page.user.click(key);
  await page.user.paste(` ${SECRET}\n`);
  await page.user.click(screen.getByRole("button", { name: "Show API key" }));
  await page.user.tab();
  expect(key).toHaveValue(SECRET);
  expect(leaks(page)).toEqual([]);

  await page.user.click(screen.getByRole("button", { name: "Test and connect" }));
  await waitFor(() => expect(carriers()).toEqual(["POST"]));
  expect(leaks(page)).toEqual([]);

  settle();
  await screen.findByRole("heading", { name: "My shop is connected" });
  expect(key).toHaveValue("");
  expect(leaks(page)).toEqual([]);
  expect(carriers()).toEqual(["POST"]);
});

test("a refused key is in its input only, to be corrected, and goes with the form", async () => {
  server.use(
    http.post(`${API}/api/connections`, () =>
      refusal("credential-not-confirmed", 422, { outcome: "reauth_required" }),
    ),
  );
  window.history.replaceState(null, "", "/?connect=takealot");
  const page = render(<IntegrationsPage />);
  const key = await screen.findByLabelText<HTMLInputElement>(/^API key/);
  await page.user.type(key, `${SECRET}{Enter}`);
  await screen.findByText("Takealot does not accept this key");
  expect(key).toHaveValue(SECRET);
  expect(leaks(page)).toEqual([]);
  await page.user.click(screen.getByRole("link", { name: "All connections" }));
  await screen.findByRole("heading", { level: 1, name: "Connections" });
  expect(key).toHaveValue("");
  expect(leaks(page)).toEqual([]);
});

test("a new key of a connection is kept no better", async () => {
  const shop = connection({ label: "My shop" });
  server.use(
    http.put(`${API}/api/connections/${shop.id}/credentials`, () =>
      answer({ ...shop, test: testResult(), warnings: [] }),
    ),
  );
  const page = render(<ReplaceKeyDialog connection={shop} onClose={() => undefined} />);
  const key = await screen.findByLabelText<HTMLInputElement>(/^API key/);
  await page.user.type(key, SECRET);
  expect(leaks(page)).toEqual([]);
  await page.user.click(screen.getByRole("button", { name: "Test and replace" }));
  await screen.findByRole("heading", { name: "The key was replaced" });
  expect(key).toHaveValue("");
  expect(leaks(page)).toEqual([]);
  expect(carriers()).toEqual(["PUT"]);
});
