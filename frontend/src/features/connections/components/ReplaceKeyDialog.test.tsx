import { screen, waitFor } from "@testing-library/react";
import { http } from "msw";
import { expect, test, vi } from "vitest";

import { expectAccessible } from "../../../testing/a11y";
import { connection, testResult } from "../../../testing/data";
import { render } from "../../../testing/render";
import { answer, API, refusal, server } from "../../../testing/server";
import type { Connection } from "../api/types";
import { ReplaceKeyDialog } from "./ReplaceKeyDialog";

function replacements(id: string, answered: () => Response) {
  const sent: unknown[] = [];
  server.use(
    http.put(`${API}/api/connections/${id}/credentials`, async ({ request }) => {
      sent.push(await request.json());
      return answered();
    }),
  );
  return sent;
}

async function open(more: Partial<Connection> = {}, colorScheme: "light" | "dark" = "light") {
  const shop = connection({ label: "My shop", ...more });
  const onClose = vi.fn();
  const page = render(<ReplaceKeyDialog connection={shop} onClose={onClose} />, { colorScheme });
  await screen.findByRole("dialog", { name: "Replace the key of “My shop”" });
  return { ...page, shop, onClose };
}

test("a new key is tested, and what was found is told", async () => {
  const { user, shop, onClose } = await open();
  const sent = replacements(shop.id, () =>
    answer({
      ...shop,
      test: testResult({ accountName: "Cape Shop" }),
      warnings: [{ field: "credentials.apiKey", message: "It is odd." }],
    }),
  );
  await user.type(await screen.findByLabelText(/^API key/), "new-key");
  await user.click(screen.getByRole("button", { name: "Test and replace" }));
  expect(await screen.findByRole("heading", { name: "The key was replaced" })).toHaveFocus();
  expect(screen.getByText(/Cape Shop/)).toBeVisible();
  expect(screen.getByText("It is odd.")).toBeVisible();
  expect(sent).toEqual([{ credentials: { apiKey: "new-key" } }]);
  const [, last] = screen.getAllByRole("button", { name: "Close" });
  await user.click(last ?? document.body);
  expect(onClose).toHaveBeenCalled();
});

test("only what is replaced is asked for: the account stays", async () => {
  await open({ marketplace: "amazon", authType: "self_authorised" });
  expect(await screen.findByLabelText(/^Refresh token/)).toBeVisible();
  expect(screen.queryByLabelText(/^Merchant token/)).toBeNull();
  expect(screen.queryByLabelText(/^Region/)).toBeNull();
});

test("a key of another account is said in words, and leads to connecting that one", async () => {
  const { user, shop, onClose } = await open();
  replacements(shop.id, () => refusal("other-account", 409));
  await user.type(await screen.findByLabelText(/^API key/), "new-key{Enter}");
  expect(await screen.findByText("The key belongs to another account")).toBeVisible();
  expect(screen.getByText(new RegExp(`not for ${shop.account.name ?? ""}`))).toBeVisible();
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Connect it as a new one" }));
  expect(onClose).toHaveBeenCalled();
  expect(window.location.search).toBe("?connect=takealot");
});

test("a refused key leaves the old one in force, and says what to do", async () => {
  const { user, shop } = await open({}, "dark");
  replacements(shop.id, () => refusal("credential-not-confirmed", 422, { outcome: "reauth_required" }));
  const key = await screen.findByLabelText(/^API key/);
  await user.type(key, "new-key{Enter}");
  expect(await screen.findByText("Takealot does not accept this key")).toBeVisible();
  expect(key).toHaveValue("new-key");
  await expectAccessible();
});

test("a marketplace that does not answer cannot be gone around", async () => {
  const { user, shop } = await open();
  replacements(shop.id, () => refusal("credential-not-confirmed", 422, { outcome: "transient" }));
  await user.type(await screen.findByLabelText(/^API key/), "new-key{Enter}");
  expect(await screen.findByText("Takealot does not answer at the moment")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Save without testing" })).toBeNull();
});

test("a connection without a key says how it is renewed", async () => {
  await open({ marketplace: "amazon", authType: "oauth" });
  expect(await screen.findByText(/no key to replace/)).toBeVisible();
});

test("Escape closes it, and what was typed is gone", async () => {
  const { user, onClose } = await open();
  const key = await screen.findByLabelText(/^API key/);
  await user.type(key, "new-key");
  await user.keyboard("{Escape}");
  await waitFor(() => expect(onClose).toHaveBeenCalled());
});
