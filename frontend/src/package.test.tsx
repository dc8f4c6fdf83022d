import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http } from "msw";
import { expect, test } from "vitest";

import { en, IntegrationsPage, type Texts } from "./package";
import { answer, API, server } from "./testing/server";

function host(token: string, texts?: Texts) {
  return (
    <MantineProvider env="test">
      <IntegrationsPage apiBaseUrl={API} getAccessToken={() => token} {...(texts ? { texts } : {})} />
    </MantineProvider>
  );
}

test("a new function for tokens is asked from then on", async () => {
  const seen: (string | null)[] = [];
  server.use(
    http.get(`${API}/api/marketplaces`, ({ request }) => {
      seen.push(request.headers.get("Authorization"));
      return answer({ items: [] });
    }),
  );
  // The list needs the marketplaces too; the form asks for them only when it is opened.
  window.history.replaceState(null, "", "/?connect=");
  const { rerender } = render(host("first"));
  await screen.findByText("No marketplace can be connected here.");
  rerender(host("second"));
  server.use(
    http.get(`${API}/api/connections`, ({ request }) => {
      seen.push(request.headers.get("Authorization"));
      return answer({ items: [], nextCursor: null });
    }),
  );
  await userEvent.setup().click(screen.getByRole("link", { name: "All connections" }));
  await screen.findByRole("heading", { level: 1, name: "Connections" });
  expect(await screen.findByText("Connect your first account")).toBeVisible();
  expect(seen[0]).toBe("Bearer first");
  expect(seen.at(-1)).toBe("Bearer second");
});

test("the words can be another language's", async () => {
  window.history.replaceState(null, "", "/?connect=");
  render(host("token", { ...en, language: "de", form: { ...en.form, title: "Marktplatz verbinden" } }));
  expect(await screen.findByRole("heading", { level: 1, name: "Marktplatz verbinden" })).toBeVisible();
});
