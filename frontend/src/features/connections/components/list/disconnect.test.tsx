import { screen, waitFor, within } from "@testing-library/react";
import { delay, http } from "msw";
import { describe, expect, test } from "vitest";

import { expectAccessible } from "../../../../testing/a11y";
import { connection } from "../../../../testing/data";
import { render } from "../../../../testing/render";
import { serveList } from "../../../../testing/serve-list";
import { answer, API, refusal, server } from "../../../../testing/server";
import type { Connection, DeletedConnection } from "../../api/types";
import { ConnectionList } from "../ConnectionList";

async function openDisconnect(first: Connection, ...others: Connection[]) {
  serveList([first, ...others]);
  const { user } = render(<ConnectionList />);
  await user.click(await screen.findByRole("button", { name: `Actions for ${first.label}` }));
  await user.click(await screen.findByRole("menuitem", { name: "Disconnect" }));
  const dialog = await screen.findByRole("dialog", { name: `Disconnect ${first.label}?` });
  const confirm = () => user.click(within(dialog).getByRole("button", { name: "Disconnect" }));
  return { user, dialog, confirm };
}

/** Lets the connection be deleted. Returns whether each call asked to revoke. */
function serveDelete(
  { id, marketplace }: Connection,
  revocation: DeletedConnection["revocation"],
  rest: Connection[],
) {
  const asked: (string | null)[] = [];
  server.use(
    http.delete(`${API}/api/connections/${id}`, ({ request }) => {
      asked.push(new URL(request.url).searchParams.get("revoke"));
      serveList(rest);
      return answer({ marketplace, revocation, help: "Do this and that there." });
    }),
  );
  return asked;
}

const shopify = () =>
  connection({ label: "Shop", marketplace: "shopify", authType: "oauth", consentId: "s" });

describe("where the marketplace can be told", () => {
  test("it is, unless one only wants to forget", async () => {
    const shop = shopify();
    const { dialog, user, confirm } = await openDisconnect(shop);
    expect(within(dialog).getByRole("radio", { name: /Disconnect at the marketplace/ })).toBeChecked();
    expect(within(dialog).getByText("Our app is uninstalled from your shop.")).toBeVisible();
    await expectAccessible();
    const asked = serveDelete(shop, "not_asked", []);
    await user.click(within(dialog).getByRole("radio", { name: "Only forget it here" }));
    await confirm();
    expect(await screen.findByRole("dialog", { name: "Shop is disconnected" })).toHaveTextContent(
      /At Shopify nothing was changed.*Do this and that there/,
    );
    expect(asked).toEqual(["false"]);
  });

  test("done, nothing is left to do; the list says that it is empty", async () => {
    const shop = shopify();
    const { user, confirm } = await openDisconnect(shop);
    const asked = serveDelete(shop, "done", []);
    await confirm();
    const done = await screen.findByRole("button", { name: "Done" });
    expect(done).toHaveFocus();
    expect(done).toHaveAccessibleDescription("It is cut off at Shopify too. There is nothing left to do.");
    expect(asked).toEqual(["true"]);
    await user.click(done);
    expect(await screen.findByRole("heading", { name: "Connect your first account" })).toBeVisible();
    expect(screen.getByRole("group", { name: "Connections" })).toHaveFocus();
  });

  test.each([
    ["pending", /we go on trying for a week.*Do this and that there/],
    ["given_up", /did not let us cut it off.*Do this and that there/],
    ["left_to_seller", /Only you can end the access at Shopify.*Do this and that there/],
  ] as const)("%s is explained", async (revocation, words) => {
    const shop = shopify();
    const { confirm } = await openDisconnect(shop);
    serveDelete(shop, revocation, []);
    await confirm();
    expect(await screen.findByRole("dialog", { name: "Shop is disconnected" })).toHaveTextContent(words);
  });
});

test("where it cannot, what to do there is said beforehand, and there is no choice", async () => {
  const takealot = connection({ label: "Shop", isDefault: true });
  const { dialog, confirm } = await openDisconnect(takealot);
  expect(within(dialog).queryByRole("radio")).toBeNull();
  expect(dialog).toHaveTextContent(/Takealot itself is not told/);
  expect(dialog).toHaveTextContent(/It is the default/);
  const asked = serveDelete(takealot, "left_to_seller", []);
  await confirm();
  expect(await screen.findByRole("dialog", { name: "Shop is disconnected" })).toBeVisible();
  expect(asked).toEqual(["true"]);
});

test("it says which others share the consent and stay", async () => {
  const xero = { marketplace: "xero", authType: "oauth", consentId: "one" } as const;
  const { dialog } = await openDisconnect(
    connection({ ...xero, label: "Cape Town" }),
    connection({ ...xero, label: "Durban" }),
    connection({ ...xero, label: "Elsewhere", consentId: "two" }),
  );
  expect(within(dialog).getByText("It shares one consent with Durban. They stay connected.")).toBeVisible();
  expect(within(dialog).getByText("The organisation is disconnected from our app at Xero.")).toBeVisible();
});

test("it is asked for once, and cannot be left meanwhile", async () => {
  const shop = shopify();
  const { dialog, user, confirm } = await openDisconnect(shop);
  let sent = 0;
  server.use(
    http.delete(`${API}/api/connections/${shop.id}`, async () => {
      sent += 1;
      await delay("infinite");
    }),
  );
  await confirm();
  await confirm();
  await user.keyboard("{Escape}");
  expect(dialog).toBeVisible();
  expect(within(dialog).getByRole("button", { name: "Cancel" })).toBeDisabled();
  expect(sent).toBe(1);
});

test("refused, the connection stays and the dialog says why", async () => {
  const shop = shopify();
  const { dialog, user, confirm } = await openDisconnect(shop);
  server.use(http.delete(`${API}/api/connections/${shop.id}`, () => refusal("forbidden", 403)));
  await confirm();
  expect(
    await within(dialog).findByRole("alert", { name: "It could not be disconnected" }),
  ).toHaveTextContent(/Your role does not allow/);
  await user.click(within(dialog).getByRole("button", { name: "Cancel" }));
  await waitFor(() => expect(screen.getByRole("button", { name: "Actions for Shop" })).toHaveFocus());
});
