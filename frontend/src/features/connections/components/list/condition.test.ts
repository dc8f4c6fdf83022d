import { describe, expect, test } from "vitest";

import { connection } from "../../../../testing/data";
import marketplaces from "../../../../testing/marketplaces.json";
import { en } from "../../../../texts/en";
import type { Connection, ConnectionStatus, MarketplaceDescriptor, OutcomeClass } from "../../api/types";
import { canRevoke, conditionOf, missingSettings, waysOf } from "./condition";

const consent: Partial<Connection> = { marketplace: "xero", authType: "oauth", consentId: "c" };
const key: Partial<Connection> = { marketplace: "takealot", authType: "api_key", consentId: null };

describe("what comes next", () => {
  const cases: [ConnectionStatus, OutcomeClass | null, string | null, string | null][] = [
    ["pending", null, "test", "test"],
    ["connected", "ok", null, null],
    ["error", "scope_missing", "reconnect", "replaceKey"],
    ["error", "account_suspended", "test", "test"],
    ["error", "token_kind_obsolete", "reconnect", "replaceKey"],
    ["error", "config_error", "test", "replaceKey"],
    ["error", "app_config", "operator", "operator"],
    ["error", "bug", "operator", "operator"],
    ["error", "transient", "test", "test"],
    ["error", "throttled", "test", "test"],
    ["error", "edge_blocked", "test", "test"],
    ["expired", "reauth_required", "reconnect", "replaceKey"],
    ["expired", null, "reconnect", "replaceKey"],
    ["disconnected", "tenant_disconnected", "reconnect", "replaceKey"],
    ["disconnected", null, "reconnect", "replaceKey"],
  ];
  test.each(cases)("%s by %s", (status, statusReason, ofConsent, ofKey) => {
    const step = (more: Partial<Connection>) =>
      conditionOf(connection({ status, statusReason, ...more }), en).step;
    expect(step(consent)).toBe(ofConsent);
    expect(step(key)).toBe(ofKey);
  });
});

test("what is wrong is said for the way in which it was connected, and names the marketplace", () => {
  const expired = { status: "expired", statusReason: "reauth_required" } as const;
  expect(conditionOf(connection({ ...consent, ...expired }), en).text).toMatch(
    /Reconnect: you are sent to Xero/,
  );
  expect(conditionOf(connection({ ...key, ...expired }), en).text).toMatch(/Takealot .* replace it here/);
});

test("trouble on the way leaves a connection connected, and is told", () => {
  const { text, step, tone } = conditionOf(connection({ lastError: "The marketplace is troubled." }), en);
  expect(text).toBe("The last check did not get through. The marketplace is troubled.");
  expect(step).toBe("test");
  expect(tone).toBe("warning");
});

test.each([
  ["authorisation", "reconnect"],
  ["refresh_token", "test"],
] as const)("what runs out soon is mended before: %s", (kind, step) => {
  const nextExpiry = { kind, at: "2026-12-01T00:00:00Z", warningDays: 7 };
  expect(conditionOf(connection({ ...consent, nextExpiry }), en).step).toBe(step);
  expect(
    conditionOf(connection({ ...consent, nextExpiry: { ...nextExpiry, warningDays: null } }), en).step,
  ).toBe(null);
});

test("a way that is not set up any more is the operator's", () => {
  const expired = connection({ ...consent, status: "expired", statusReason: "reauth_required" });
  const items = marketplaces.items as MarketplaceDescriptor[];
  expect(missingSettings(expired, items)).toEqual([]);
  const broken = items.map((item) => ({
    ...item,
    authKinds: item.authKinds.map((kind) => ({
      ...kind,
      configured: false,
      missingSettings: ["XERO_CLIENT_ID"],
    })),
  }));
  const missing = missingSettings(expired, broken);
  expect(missing).toEqual(["XERO_CLIENT_ID"]);
  expect(conditionOf(expired, en, missing)).toMatchObject({ step: "operator", missingSettings: missing });
});

test("how it was connected says how it is connected again", () => {
  expect(waysOf(connection(key))).toEqual({ consent: false, key: true });
  expect(waysOf(connection(consent))).toEqual({ consent: true, key: false });
  expect(waysOf(connection({ ...consent, consentId: null }))).toEqual({ consent: true, key: true });
  expect(waysOf(connection({ marketplace: "shopify", authType: "oauth", consentId: null }))).toEqual({
    consent: true,
    key: false,
  });
});

test("only Xero and the app of Shopify can be told to end an access", () => {
  const revocable = (marketplace: Connection["marketplace"], authType: Connection["authType"]) =>
    canRevoke(connection({ marketplace, authType }));
  expect(revocable("xero", "oauth")).toBe(true);
  expect(revocable("shopify", "oauth")).toBe(true);
  expect(revocable("shopify", "custom_app_token")).toBe(false);
  expect(revocable("amazon", "oauth")).toBe(false);
  expect(revocable("takealot", "api_key")).toBe(false);
});
