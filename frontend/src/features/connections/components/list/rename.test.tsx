import { screen, waitFor, within } from "@testing-library/react";
import { delay, http } from "msw";
import { expect, test } from "vitest";

import { expectAccessible } from "../../../../testing/a11y";
import { connection } from "../../../../testing/data";
import { render } from "../../../../testing/render";
import { serveList } from "../../../../testing/serve-list";
import { answer, API, refusal, server } from "../../../../testing/server";
import { ConnectionList } from "../ConnectionList";

async function openRename() {
  const shop = connection({ label: "Shop", version: 4 });
  serveList([shop]);
  const { user } = render(<ConnectionList />);
  await user.click(await screen.findByRole("button", { name: "Actions for Shop" }));
  await user.click(await screen.findByRole("menuitem", { name: "Rename" }));
  const dialog = await screen.findByRole("dialog", { name: "Rename connection" });
  const field = within(dialog).getByRole("textbox", { name: "Name" });
  await waitFor(() => expect(field).toHaveFocus());
  const rename = async (to: string) => {
    await user.clear(field);
    await user.type(field, `${to}{Enter}`);
  };
  return { shop, user, dialog, field, rename };
}

test("a new name is seen at once, sent with the version, and announced; the focus goes back", async () => {
  const { shop, rename } = await openRename();
  await expectAccessible();
  const renamed = { ...shop, label: "Better", version: 5 };
  let asked: unknown;
  server.use(
    http.patch(`${API}/api/connections/${shop.id}`, async ({ request }) => {
      asked = [request.headers.get("If-Match"), await request.json()];
      await delay(20);
      return answer(renamed);
    }),
    http.get(`${API}/api/connections`, () => answer({ items: [renamed], nextCursor: null })),
  );
  await rename("  Better ");
  expect(await screen.findByText("The name is now Better.")).toBeInTheDocument();
  expect(asked).toEqual(['"4"', { label: "Better" }]);
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(screen.getByRole("button", { name: "Actions for Better" })).toHaveFocus();
});

test("no name and a long one are refused in place", async () => {
  const { dialog, field, user, rename } = await openRename();
  await rename(" ");
  expect(within(dialog).getByText("Give it a name.")).toBeVisible();
  expect(field).toBeInvalid();
  await user.clear(field);
  await user.paste("x".repeat(101));
  await user.keyboard("{Enter}");
  expect(within(dialog).getByText("Use at most 100 characters.")).toBeVisible();
});

test("the same name changes nothing", async () => {
  const { user } = await openRename();
  await user.keyboard("{Enter}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

test("when somebody else changed it, it says what it is now, and can be saved all the same", async () => {
  const { shop, dialog, user, rename } = await openRename();
  const theirs = { ...shop, label: "Theirs", version: 7 };
  const versions: (string | null)[] = [];
  server.use(
    http.patch(`${API}/api/connections/${shop.id}`, ({ request }) => {
      const version = request.headers.get("If-Match");
      versions.push(version);
      return version === '"7"'
        ? answer({ ...theirs, label: "Mine", version: 8 })
        : refusal("precondition-failed", 412);
    }),
    http.get(`${API}/api/connections`, () => answer({ items: [theirs], nextCursor: null })),
  );
  await rename("Mine");
  expect(await within(dialog).findByRole("alert")).toHaveTextContent(/Somebody else changed this connection/);
  expect(within(dialog).getByText(/Its name is now “Theirs”/)).toBeVisible();
  await user.click(within(dialog).getByRole("button", { name: "Save name" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(versions).toEqual(['"4"', '"7"']);
});

test.each([
  ["forbidden", 403, /Your role does not allow/],
  ["not-found", 404, /does not exist any more/],
  ["internal", 500, /went wrong on our side/],
])("refused as %s, the old name is back and the dialog says why", async (kind, status, words) => {
  const { shop, dialog, rename } = await openRename();
  server.use(http.patch(`${API}/api/connections/${shop.id}`, () => refusal(kind, status)));
  await rename("Mine");
  expect(await within(dialog).findByRole("alert", { name: "The name was not changed" })).toHaveTextContent(
    words,
  );
  expect(screen.getByText("Shop", { selector: "h2" })).toBeInTheDocument();
});

test("what the server says of the field stands at the field", async () => {
  const { shop, dialog, rename } = await openRename();
  const errors = [{ field: "label", message: "must not have control characters" }];
  server.use(
    http.patch(`${API}/api/connections/${shop.id}`, () => refusal("validation-failed", 422, { errors })),
  );
  await rename("Mine");
  expect(await within(dialog).findByText("must not have control characters")).toBeVisible();
  expect(within(dialog).queryByRole("alert")).toBeNull();
});
