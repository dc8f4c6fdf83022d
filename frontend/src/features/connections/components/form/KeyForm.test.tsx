import { screen, waitFor } from "@testing-library/react";
import { http } from "msw";
import { describe, expect, test } from "vitest";

import { expectAccessible } from "../../../../testing/a11y";
import { connection, testResult } from "../../../../testing/data";
import { render } from "../../../../testing/render";
import { answer, API, noAnswer, refusal, server } from "../../../../testing/server";
import { IntegrationsPage } from "../IntegrationsPage";

const KEY = "0123456789abcdef".repeat(8);

interface Sent {
  body: Record<string, unknown>;
  idempotencyKey: string | null;
}

/** Answers creations in turn, and keeps what was sent. */
function creations(...answers: (() => Response)[]): Sent[] {
  const sent: Sent[] = [];
  server.use(
    http.post(`${API}/api/connections`, async ({ request }) => {
      sent.push({
        body: (await request.json()) as Record<string, unknown>,
        idempotencyKey: request.headers.get("Idempotency-Key"),
      });
      return (answers[sent.length - 1] ?? answers[answers.length - 1])?.();
    }),
  );
  return sent;
}

const created = (more = {}) =>
  answer({ ...connection({ label: "My shop" }), test: testResult(), warnings: [], ...more }, 201);

function open(marketplace = "takealot") {
  window.history.replaceState(null, "", `/?connect=${marketplace}`);
  return render(<IntegrationsPage />);
}

async function openTakealot() {
  const page = open();
  return { ...page, key: await screen.findByLabelText(/^API key/) };
}

const submit = () => screen.getByRole("button", { name: "Test and connect" });

describe("a key", () => {
  test("is sent once with name and default, and the result is told above the list", async () => {
    const sent = creations(() =>
      created({
        test: testResult({ accountName: "Cape Shop", rate: { remaining: 97, limit: 100, resetsAt: null } }),
        warnings: [{ field: "credentials.apiKey", message: "The key is for another purpose." }],
      }),
    );
    const { user, key } = await openTakealot();
    await user.type(key, KEY);
    await user.type(screen.getByLabelText(/^Your name for it/), " My shop ");
    await user.click(screen.getByRole("checkbox", { name: "Make it the default" }));
    await user.click(submit());
    expect(await screen.findByRole("heading", { name: "My shop is connected" })).toHaveFocus();
    expect(sent.map(({ body }) => body)).toEqual([
      {
        marketplace: "takealot",
        authType: "api_key",
        credentials: { apiKey: KEY },
        label: "My shop",
        makeDefault: true,
        verify: "require",
      },
    ]);
    expect(screen.getByText(/Cape Shop/)).toBeVisible();
    expect(screen.getByText(/97/)).toBeVisible();
    expect(screen.getByText("The key is for another purpose.")).toBeVisible();
    expect(window.location.search).toBe("");
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "Dismiss" }));
    expect(screen.queryByText("My shop is connected")).toBeNull();
  });

  test("is pasted without the white space around it", async () => {
    const { user, key } = await openTakealot();
    await user.click(key);
    await user.paste(` \n${KEY}\r\n `);
    expect(key).toHaveValue(KEY);
    expect(screen.queryByText(/This looks unusual/)).toBeNull();
  });

  test("that looks wrong is remarked upon after pasting, and sent all the same", async () => {
    const sent = creations(() => created());
    const { user, key } = await openTakealot();
    await user.click(key);
    await user.paste("0123");
    expect(screen.getByText(/usually it has 128 characters/)).toBeVisible();
    expect(key).not.toHaveAttribute("aria-invalid");
    expect(key).toHaveAccessibleDescription(/usually it has 128 characters/);
    await user.click(submit());
    await waitFor(() => expect(sent).toHaveLength(1));
  });

  test("that is typed is remarked upon when the field is left, until it looks right", async () => {
    const { user, key } = await openTakealot();
    await user.type(key, "0123");
    expect(screen.queryByText(/usually it/)).toBeNull();
    await user.tab();
    expect(screen.getByText(/usually it/)).toBeVisible();
    await user.clear(key);
    await user.type(key, KEY);
    expect(screen.queryByText(/usually it/)).toBeNull();
  });

  test("is not remarked upon between pressing and releasing a button, which would move from under the pointer", async () => {
    const { user, key } = await openTakealot();
    await user.type(key, "0123");
    const target = screen.getByRole("checkbox", { name: "Make it the default" });
    await user.pointer({ keys: "[MouseLeft>]", target });
    expect(key).not.toHaveFocus();
    expect(screen.queryByText(/usually it/)).toBeNull();
    await user.pointer({ keys: "[/MouseLeft]", target });
    expect(await screen.findByText(/usually it/)).toBeVisible();
    expect(target).toBeChecked();
  });

  test("is hidden until it is asked to be shown, and no password", async () => {
    const { user, key } = await openTakealot();
    expect(key).toHaveAttribute("type", "password");
    expect(key).toHaveAttribute("autocomplete", "new-password");
    expect(key).toHaveAttribute("spellcheck", "false");
    await user.type(key, "abc");
    await user.click(screen.getByRole("button", { name: "Show API key" }));
    expect(key).toHaveAttribute("type", "text");
    expect(key).toHaveAttribute("autocomplete", "off");
    expect(key).toHaveValue("abc");
    await user.click(screen.getByRole("button", { name: "Hide API key" }));
    expect(key).toHaveAttribute("type", "password");
  });

  test("that is missing or too long is said at its field, and nothing is sent", async () => {
    const sent = creations(() => created());
    const { user, key } = await openTakealot();
    await user.click(submit());
    expect(key).toHaveFocus();
    expect(key).toHaveAccessibleDescription(/API key is missing/);
    await user.click(key);
    await user.paste("x".repeat(513));
    await user.keyboard("{Enter}");
    expect(key).toHaveAccessibleDescription(/has 513 characters; 512 are the most/);
    expect(sent).toEqual([]);
    await expectAccessible();
  });
});

describe("a refusal", () => {
  async function send(answered: () => Response) {
    const sent = creations(answered);
    const { user, key, ...page } = await openTakealot();
    await user.type(key, KEY);
    await user.click(submit());
    return { ...page, user, key, sent };
  }

  test("of a field stands at the field, which takes the focus; the key stays in the form", async () => {
    const { key } = await send(() =>
      refusal("validation-failed", 422, { errors: [{ field: "credentials.apiKey", message: "is odd" }] }),
    );
    expect(await screen.findByText("Correct the marked fields")).toBeVisible();
    expect(key).toHaveAccessibleDescription(/is odd/);
    expect(key).toHaveFocus();
    expect(key).toHaveValue(KEY);
  });

  test("of a field that is not drawn is told below the form", async () => {
    await send(() =>
      refusal("validation-failed", 422, { errors: [{ field: "credentials.other", message: "is unknown" }] }),
    );
    expect(await screen.findByText("other: is unknown")).toBeVisible();
  });

  test.each([
    ["reauth_required", "Takealot does not accept this key"],
    ["scope_missing", "The key works, but may not do enough"],
    ["account_suspended", "Takealot has suspended or locked this account"],
    ["config_error", "Takealot does not know this account"],
    ["app_config", "Takealot refused our application, not your key"],
  ] as const)("by the marketplace, %s, says so and offers no way around the test", async (outcome, title) => {
    await send(() => refusal("credential-not-confirmed", 422, { outcome }));
    expect(await screen.findByText(title)).toBeVisible();
    expect(screen.queryByRole("button", { name: "Save without testing" })).toBeNull();
    await expectAccessible();
  });

  test("that says nothing about the key tells when to try again, and offers to save it untested", async () => {
    const { user, sent } = await send(() =>
      refusal("credential-not-confirmed", 422, { outcome: "throttled", retryAt: "2099-01-01T00:00:00Z" }),
    );
    expect(await screen.findByText("Too many requests to Takealot at the moment")).toBeVisible();
    expect(screen.getByText(/Try again after .*(2099|2098)/)).toBeVisible();
    server.use(
      http.post(`${API}/api/connections`, async ({ request }) => {
        sent.push({ body: (await request.json()) as Record<string, unknown>, idempotencyKey: null });
        return created({ test: null, status: "pending" });
      }),
    );
    await user.click(screen.getByRole("button", { name: "Save without testing" }));
    expect(await screen.findByRole("heading", { name: "“My shop” is saved, not tested yet" })).toBeVisible();
    expect(sent.map(({ body }) => body["verify"])).toEqual(["require", "skip"]);
  });

  test("of a signed-out person says so", async () => {
    await send(() => refusal("login-required", 401));
    expect(await screen.findByText("You are signed out. Sign in again to go on.")).toBeVisible();
  });

  test("for want of a way to connect says who can mend it", async () => {
    await send(() => refusal("not-configured", 422));
    expect(await screen.findByText(/Takealot is not set up/)).toBeVisible();
  });

  test("of another account than the form names says what to correct", async () => {
    await send(() => refusal("other-account", 409));
    expect(await screen.findByText("The key belongs to another account")).toBeVisible();
  });

  test("that never came is sent again as the same attempt", async () => {
    const { user, sent } = await send(noAnswer);
    expect(await screen.findByText(/server could not be reached/)).toBeVisible();
    await user.click(submit());
    await waitFor(() => expect(sent).toHaveLength(2));
    expect(sent[0]?.idempotencyKey).toBe(sent[1]?.idempotencyKey);
  });

  test("because the attempt is still under way keeps it the same attempt", async () => {
    const { user, sent } = await send(() => refusal("idempotency-in-flight", 409));
    expect(await screen.findByText(/still under way/)).toBeVisible();
    await user.click(submit());
    await waitFor(() => expect(sent).toHaveLength(2));
    expect(sent[0]?.idempotencyKey).toBe(sent[1]?.idempotencyKey);
  });
});

describe("an account that is connected already", () => {
  const existing = connection({ label: "Old shop" });

  async function sendDuplicate(more = {}) {
    creations(() => refusal("already-connected", 409, { existingConnectionId: existing.id }));
    server.use(
      http.get(`${API}/api/connections/${existing.id}`, () => answer({ ...existing, ...more })),
      http.get(`${API}/api/connections`, () => answer({ items: [existing], nextCursor: null })),
    );
    const page = await openTakealot();
    await page.user.type(page.key, KEY);
    await page.user.click(submit());
    expect(await screen.findByText(/It is in your list as “Old shop”/)).toBeVisible();
    return page;
  }

  test("can be given the key that is in the form", async () => {
    let credentials: unknown;
    server.use(
      http.put(`${API}/api/connections/${existing.id}/credentials`, async ({ request }) => {
        credentials = await request.json();
        return answer({ ...existing, test: testResult(), warnings: [] });
      }),
    );
    const { user } = await sendDuplicate();
    await user.click(screen.getByRole("button", { name: "Replace its key with this one" }));
    expect(await screen.findByRole("heading", { name: "Old shop is connected" })).toBeVisible();
    expect(credentials).toEqual({ credentials: { apiKey: KEY } });
  });

  test("can be shown", async () => {
    const { user } = await sendDuplicate();
    await user.click(screen.getByRole("button", { name: "Show the connection" }));
    expect(await screen.findByRole("heading", { level: 1, name: "Connections" })).toBeVisible();
    expect(window.location.search).toBe("");
  });

  test("cannot be given a key of another kind", async () => {
    await sendDuplicate({ authType: "oauth" });
    expect(screen.queryByRole("button", { name: "Replace its key with this one" })).toBeNull();
  });
});

describe("several accounts", () => {
  const choices = [
    { id: "7a6b1c1e-0000-4000-8000-000000000001", name: "Cape Books" },
    { id: "7a6b1c1e-0000-4000-8000-000000000002", name: null },
  ];

  async function sendToken() {
    const sent = creations(
      () => refusal("choice-required", 422, { choices }),
      () => created({ marketplace: "xero" }),
    );
    const page = open("xero");
    await page.user.click(await screen.findByRole("button", { name: "Other ways to connect" }));
    await page.user.click(screen.getByRole("button", { name: "Paste a token set" }));
    await page.user.type(screen.getByLabelText(/^Access token/), "eyA.eyB.C");
    await page.user.click(submit());
    await screen.findByRole("radiogroup", { name: "Choose an account" });
    return { ...page, sent };
  }

  test("are offered, and the chosen one is sent with the token that is still in the form", async () => {
    const { user, sent } = await sendToken();
    expect(screen.getByRole("radio", { name: "Cape Books" })).toHaveFocus();
    expect(screen.queryByLabelText(/^Organisation/)).toBeNull();
    await expectAccessible();
    await user.click(screen.getByRole("radio", { name: `Account ${choices[1]?.id ?? ""}` }));
    await user.click(screen.getByRole("button", { name: "Connect this account" }));
    expect(await screen.findByRole("heading", { name: "My shop is connected" })).toBeVisible();
    expect(sent[1]?.body["credentials"]).toEqual({ accessToken: "eyA.eyB.C", tenantId: choices[1]?.id });
    expect(sent[1]?.idempotencyKey).not.toBe(sent[0]?.idempotencyKey);
  });

  test("are forgotten when another token is typed", async () => {
    const { user } = await sendToken();
    await user.type(screen.getByLabelText(/^Access token/), "x");
    expect(screen.queryByRole("radiogroup")).toBeNull();
    expect(screen.getByLabelText(/^Organisation/)).toBeVisible();
  });
});
