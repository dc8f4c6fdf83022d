import { screen, waitFor, within } from "@testing-library/react";
import { http } from "msw";
import { describe, expect, test } from "vitest";

import { expectAccessible } from "../../../testing/a11y";
import { connection } from "../../../testing/data";
import { render } from "../../../testing/render";
import { answer, API, refusal, server } from "../../../testing/server";
import type { Connection, TransferItem } from "../api/types";
import { IntegrationsPage } from "./IntegrationsPage";

/** The API has these for an administrator, and those of `dev-user` for everybody. */
function serve(connections: readonly Connection[]) {
  server.use(
    http.get(`${API}/api/connections`, ({ request }) => {
      const isEverybody = new URL(request.url).searchParams.get("user") === "*";
      const items = connections.filter(({ user }) => isEverybody || user === "dev-user");
      return answer({ items, nextCursor: null });
    }),
  );
}

const shops = [
  connection({ label: "Mine", isDefault: true }),
  connection({ label: "Of Ada", user: "ada" }),
  connection({ label: "Default of Ada", user: "ada", isDefault: true }),
];

const title = (name: string) => screen.findByRole("heading", { level: 1, name });

describe("an administrator", () => {
  test("sees everybody's connections, with their owners, and finds them by owner", async () => {
    serve([...shops, ...Array.from({ length: 9 }, () => connection({ user: "grace" }))]);
    const { user } = render(<IntegrationsPage />, { roles: ["org_admin"] });
    await screen.findByText("Mine");
    expect(screen.queryByText("Of Ada")).toBeNull();
    const views = screen.getByRole("navigation", { name: "Views" });
    expect(within(views).getByRole("link", { current: "page" })).toHaveTextContent("Your connections");
    await user.click(within(views).getByRole("link", { name: "Everybody's" }));
    expect(await title("Everybody's connections")).toHaveFocus();
    expect(await screen.findByText("Of Ada")).toBeVisible();
    expect(screen.getAllByText("Belongs to ada")).toHaveLength(2);
    expect(window.location.search).toBe("?show=everybody");
    await expectAccessible();
    await user.type(screen.getByRole("searchbox"), "ada");
    expect(await screen.findByText("2 connections match.")).toBeVisible();
  });

  test("takes the default from nobody else by making one", async () => {
    serve(shops);
    server.use(http.patch(`${API}/api/connections/:id`, () => new Promise<never>(() => undefined)));
    window.history.replaceState(null, "", "/?show=everybody");
    const { user } = render(<IntegrationsPage />, { roles: ["org_admin"] });
    await user.click(await screen.findByRole("button", { name: "Actions for Of Ada" }));
    await user.click(await screen.findByRole("menuitem", { name: "Make default" }));
    const rows = () => screen.getAllByRole("listitem").filter((row) => within(row).queryByText("Default"));
    await waitFor(() =>
      expect(rows().map((row) => within(row).getByRole("heading").textContent)).toEqual(["Mine", "Of Ada"]),
    );
  });

  test("hands over what somebody has, and is told what stayed", async () => {
    serve(shops);
    let sent: unknown;
    const result = (index: number, result: TransferItem["result"]): TransferItem => ({
      connectionId: shops[index]?.id ?? "",
      result,
      existing: null,
      with: [],
    });
    server.use(
      http.post(`${API}/api/connections/transfer`, async ({ request }) => {
        sent = await request.json();
        return answer({ items: [result(1, "transferred"), result(2, "busy")] });
      }),
    );
    window.history.replaceState(null, "", "/?show=everybody");
    const { user } = render(<IntegrationsPage />, { roles: ["org_admin"] });
    await user.click(await screen.findByRole("button", { name: "Hand over…" }));
    const dialog = await screen.findByRole("dialog", { name: "Hand over connections" });
    await user.selectOptions(await within(dialog).findByLabelText("From"), "ada (2 connections)");
    await user.click(within(dialog).getByRole("button", { name: "Hand over" }));
    expect(within(dialog).getByText("Say who gets them.")).toBeVisible();
    await user.type(within(dialog).getByLabelText("To"), " ada ");
    await user.click(within(dialog).getByRole("button", { name: "Hand over" }));
    expect(within(dialog).getByText("This has to be somebody else.")).toBeVisible();
    await expectAccessible();
    await user.clear(within(dialog).getByLabelText("To"));
    await user.type(within(dialog).getByLabelText("To"), "grace{Enter}");
    expect(await within(dialog).findByText("grace has 1 connection more now.")).toHaveFocus();
    expect(sent).toEqual({ fromUser: "ada", toUser: "grace" });
    expect(within(dialog).getByText(/^Default of Ada: It is being renewed/)).toBeVisible();
    await expectAccessible();
    await user.click(within(dialog).getByRole("button", { name: "Done" }));
    expect(screen.getByRole("button", { name: "Hand over…" })).toHaveFocus();
  });

  test("is told of a name that cannot be one, and of a refusal", async () => {
    serve(shops);
    const refused = [
      refusal("validation-failed", 422, {
        errors: [{ field: "toUser", message: "has a control character" }],
      }),
      refusal("forbidden", 403),
    ];
    server.use(http.post(`${API}/api/connections/transfer`, () => refused.shift()));
    window.history.replaceState(null, "", "/?show=everybody");
    const { user } = render(<IntegrationsPage />, { roles: ["org_admin"] });
    await user.click(await screen.findByRole("button", { name: "Hand over…" }));
    const dialog = await screen.findByRole("dialog");
    await within(dialog).findByLabelText("From");
    await user.type(within(dialog).getByLabelText("To"), "grace{Enter}");
    expect(await within(dialog).findByText("has a control character")).toBeVisible();
    await user.click(within(dialog).getByRole("button", { name: "Hand over" }));
    expect(await within(dialog).findByRole("alert")).toHaveTextContent("Your role does not allow that.");
  });
});

describe("an auditor", () => {
  test("reads what happened, to whose connection, and by whom; and is offered nothing else", async () => {
    const asked: (string | null)[] = [];
    server.use(
      http.get(`${API}/api/events`, ({ request }) => {
        asked.push(new URL(request.url).searchParams.get("user"));
        const event = {
          id: "01890a5d-ac96-774b-bcce-eeeeeeeeeeee",
          at: "2026-11-20T10:00:00Z",
          kind: "connection.deleted",
          connectionId: "01890a5d-ac96-774b-bcce-000000000001",
          marketplace: "shopify",
          user: "ada",
          actor: "grace",
          occurrences: 1,
          service: "web",
        };
        return answer({ items: [event], nextCursor: null });
      }),
    );
    const { user } = render(<IntegrationsPage />, { roles: ["auditor"] });
    await title("History of your organization");
    const [event] = await screen.findAllByRole("listitem");
    expect(event).toHaveTextContent("Disconnected on this page by grace for the owner");
    expect(event).toHaveTextContent("Shopify, connection of ada");
    expect(event).toHaveTextContent("Connection 01890a5d-ac96-774b-bcce-000000000001");
    expect(screen.queryByRole("navigation")).toBeNull();
    expect(screen.queryByRole("button", { name: /Connect/ })).toBeNull();
    await expectAccessible();
    await user.type(screen.getByLabelText("Only connections of"), " ada {Enter}");
    await waitFor(() => expect(asked).toEqual([null, "ada"]));
    await user.click(await screen.findByRole("button", { name: "Show everybody's" }));
    expect(screen.getByLabelText("Only connections of")).toHaveValue("");
  });
});

test("a role for programs is told that there is nothing here", async () => {
  render(<IntegrationsPage />, { roles: ["service"] });
  await title("There is nothing for you here");
  expect(screen.queryByRole("button")).toBeNull();
  await expectAccessible();
});
