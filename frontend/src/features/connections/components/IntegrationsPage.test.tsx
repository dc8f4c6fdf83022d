import { screen } from "@testing-library/react";
import { http } from "msw";
import { expect, test } from "vitest";

import { expectAccessible } from "../../../testing/a11y";
import { connection } from "../../../testing/data";
import { render } from "../../../testing/render";
import { answer, API, server } from "../../../testing/server";
import { IntegrationsPage } from "./IntegrationsPage";

test("the page shows what is connected", async () => {
  server.use(
    http.get(`${API}/api/connections`, () =>
      answer({ items: [connection({ label: "My shop" })], nextCursor: null }),
    ),
  );
  render(<IntegrationsPage />);
  expect(await screen.findByText("My shop")).toBeVisible();
  await expectAccessible();
});

test("who may look only is told so, and is offered no form", async () => {
  server.use(http.get(`${API}/api/connections`, () => answer({ items: [], nextCursor: null })));
  window.history.replaceState(null, "", "/?connect=takealot");
  render(<IntegrationsPage />, { roles: ["read_only"] });
  expect(await screen.findByText("Nothing is connected yet")).toBeVisible();
  expect(screen.getByText("You can look, but not change anything")).toBeVisible();
  expect(screen.queryByRole("button", { name: /Connect/ })).toBeNull();
  expect(screen.queryByRole("textbox")).toBeNull();
  await expectAccessible();
  window.history.replaceState(null, "", "/");
});
