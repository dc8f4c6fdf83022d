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
