import { act, screen, waitFor } from "@testing-library/react";
import { http } from "msw";
import { expect, test } from "vitest";

import { expectAccessible } from "../../../../testing/a11y";
import { render } from "../../../../testing/render";
import { answer, API, refusal, server } from "../../../../testing/server";
import { IntegrationsPage } from "../IntegrationsPage";

const CONSENT = "https://marketplace.example/consent?state=s";

/** Answers requests to leave, and keeps them. */
function authorizations(
  answered = () => answer({ authorizationUrl: CONSENT, expiresAt: "2099-01-01T00:00:00Z" }),
) {
  const sent: unknown[] = [];
  server.use(
    http.post(`${API}/api/connections/authorize`, async ({ request }) => {
      sent.push(await request.json());
      return answered();
    }),
  );
  return sent;
}

function open(address: string) {
  window.history.replaceState(null, "", address);
  return render(<IntegrationsPage />);
}

test("one button leads to the marketplace, and says that it is on its way", async () => {
  const sent = authorizations();
  const { user, leave } = open("/integrations?tab=shops&connect=xero");
  await user.click(await screen.findByRole("button", { name: "Go to Xero" }));
  await waitFor(() => expect(leave).toHaveBeenCalledWith(CONSENT));
  expect(screen.getByText("Going to Xero…")).toBeVisible();
  expect(sent).toEqual([
    {
      marketplace: "xero",
      fields: {},
      label: null,
      makeDefault: false,
      returnTo: `${window.location.origin}/integrations?tab=shops`,
    },
  ]);
});

test("whoever comes back by the back button can press it again", async () => {
  authorizations();
  const { user, leave } = open("/?connect=xero");
  await user.click(await screen.findByRole("button", { name: "Go to Xero" }));
  await waitFor(() => expect(leave).toHaveBeenCalled());
  const shown = new Event("pageshow");
  Object.defineProperty(shown, "persisted", { value: true });
  act(() => void window.dispatchEvent(shown));
  await waitFor(() => expect(screen.getByRole("button", { name: "Go to Xero" })).toBeEnabled());
});

test("a region is asked for first, and the country may be left open", async () => {
  const sent = authorizations();
  const { user, leave } = open("/?connect=amazon");
  const button = await screen.findByRole("button", { name: "Go to Amazon" });
  await user.click(button);
  const region = screen.getByRole("combobox", { name: /Region/ });
  expect(region).toHaveFocus();
  expect(region).toHaveAccessibleDescription(/Region is missing/);
  expect(sent).toEqual([]);
  await user.selectOptions(region, "eu");
  await user.click(screen.getByRole("button", { name: "Name and default (optional)" }));
  await user.type(screen.getByLabelText(/^Your name for it/), "Europe");
  await user.click(button);
  await waitFor(() => expect(leave).toHaveBeenCalled());
  expect(sent).toMatchObject([{ fields: { region: "eu" }, label: "Europe" }]);
});

test("a shop that is none is said at its field", async () => {
  authorizations(() =>
    refusal("validation-failed", 422, { errors: [{ field: "fields.shop", message: "is no shop" }] }),
  );
  const { user, leave } = open("/?connect=shopify");
  const shop = await screen.findByLabelText(/^Shop/);
  await user.type(shop, "nothing{Enter}");
  await waitFor(() => expect(shop).toHaveAccessibleDescription(/is no shop/));
  expect(shop).toHaveFocus();
  expect(leave).not.toHaveBeenCalled();
  await expectAccessible();
});

test("a page that is not allowed to be returned to says what the operator has to add", async () => {
  authorizations(() =>
    refusal("validation-failed", 422, { errors: [{ field: "returnTo", message: "is not allowed" }] }),
  );
  const { user } = open("/?connect=xero");
  await user.click(await screen.findByRole("button", { name: "Go to Xero" }));
  expect(await screen.findByText(/has to add http.* to RETURN_ADDRESSES/)).toBeVisible();
});

test("a way that is not set up is said in place", async () => {
  authorizations(() => refusal("not-configured", 422));
  const { user } = open("/?connect=xero");
  await user.click(await screen.findByRole("button", { name: "Go to Xero" }));
  expect(await screen.findByText(/of connecting Xero is not set up/)).toBeVisible();
});

test("who began in Amazon's Appstore goes on with what it filled in", async () => {
  const sent = authorizations();
  const { user, leave } = open(
    "/?connect=amazon&amazonCallbackUri=https%3A%2F%2Famazon.example%2Fback&amazonState=s1&sellingPartnerId=A1SELLER&region=eu",
  );
  expect(await screen.findByText(/You came here from Amazon/)).toBeVisible();
  expect(screen.getByRole("combobox", { name: /Region/ })).toHaveValue("eu");
  expect(screen.queryByRole("combobox", { name: /Seller Central/ })).toBeNull();
  await user.click(screen.getByRole("button", { name: "Go to Amazon" }));
  await waitFor(() => expect(leave).toHaveBeenCalled());
  expect(sent).toMatchObject([
    {
      fields: {
        amazonCallbackUri: "https://amazon.example/back",
        amazonState: "s1",
        sellingPartnerId: "A1SELLER",
        region: "eu",
      },
    },
  ]);
});

test("who began by installing at Shopify sees the shop and decides", async () => {
  const sent = authorizations();
  const { user, leave } = open("/?connect=shopify&shop=cape-books.myshopify.com");
  expect(await screen.findByLabelText(/^Shop/)).toHaveValue("cape-books.myshopify.com");
  expect(leave).not.toHaveBeenCalled();
  await user.click(screen.getByRole("button", { name: "Go to Shopify" }));
  await waitFor(() => expect(sent).toMatchObject([{ fields: { shop: "cape-books.myshopify.com" } }]));
});
