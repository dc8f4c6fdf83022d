import type { Texts } from "../../../../texts/texts";
import type { Connection, MarketplaceDescriptor, OutcomeClass } from "../../api/types";

/** What a seller can do to one connection. */
export type Action =
  "test" | "reconnect" | "replaceKey" | "rename" | "makeDefault" | "history" | "disconnect" | "operator";

/** How a connection was connected, and so how it is mended. */
export interface Ways {
  /** By a consent at the marketplace. */
  consent: boolean;
  /** By a key or pasted tokens. */
  key: boolean;
}

export interface Condition {
  tone: "good" | "warning" | "bad" | "neutral";
  /** What is the matter and what to do; `null` when nothing is. */
  text: string | null;
  /** What to do about it. */
  step: Extract<Action, "test" | "reconnect" | "replaceKey" | "operator"> | null;
  /** What the operator has to set before the step works. */
  missingSettings: readonly string[];
}

/** A token set that was pasted is replaced like a key, although it is of a consent. */
export function waysOf({ marketplace, authType, consentId }: Connection): Ways {
  const consent = authType === "oauth";
  return { consent, key: !consent || (marketplace === "xero" && consentId === null) };
}

/** Whether the marketplace can be told to end the access. */
export function canRevoke({ marketplace, authType }: Connection): boolean {
  return marketplace === "xero" || (marketplace === "shopify" && authType === "oauth");
}

/** The settings without which this connection cannot be connected again. */
export function missingSettings(
  connection: Connection,
  descriptors: readonly MarketplaceDescriptor[] | undefined,
): readonly string[] {
  const method = waysOf(connection).key ? "form" : "consent";
  const kind = descriptors
    ?.find(({ marketplace }) => marketplace === connection.marketplace)
    ?.authKinds.find((kind) => kind.authType === connection.authType && kind.method === method);
  return kind === undefined || kind.configured ? [] : kind.missingSettings;
}

const TONES = {
  pending: "neutral",
  connected: "good",
  error: "warning",
  expired: "bad",
  disconnected: "bad",
} as const;

/** What is the matter with a connection, and what comes next. */
export function conditionOf(
  connection: Connection,
  texts: Texts,
  missing: readonly string[] = [],
): Condition {
  const tone = TONES[connection.status];
  const found = findingOf(connection, texts);
  const reconnects = found.step === "reconnect" || found.step === "replaceKey";
  if (reconnects && missing.length > 0) {
    return { tone, text: texts.list.reasons.notConfigured, step: "operator", missingSettings: missing };
  }
  const soonTone = connection.status === "connected" && found.step !== null ? "warning" : tone;
  return { tone: soonTone, ...found, missingSettings: [] };
}

type Finding = Pick<Condition, "text" | "step">;

function findingOf(connection: Connection, texts: Texts): Finding {
  const { status, statusReason, lastError } = connection;
  const words = texts.list.reasons;
  if (status === "pending") {
    return { text: lastError ? words.unsettled(lastError) : words.pending, step: "test" };
  }
  if (status === "connected") {
    // Trouble that says nothing about the account leaves it connected.
    return lastError ? { text: words.unsettled(lastError), step: "test" } : expiryFinding(connection, texts);
  }
  const reason = statusReason ?? (status === "disconnected" ? "tenant_disconnected" : "reauth_required");
  return { text: reasonText(connection, reason, texts), step: stepFor(connection, reason) };
}

function expiryFinding({ marketplace, nextExpiry }: Connection, texts: Texts): Finding {
  if (!nextExpiry || typeof nextExpiry.warningDays !== "number") {
    return { text: null, step: null };
  }
  const words = texts.list.reasons.soon;
  return nextExpiry.kind === "authorisation"
    ? { text: words.authorisation(texts.list.marketplaces[marketplace]), step: "reconnect" }
    : { text: words.refresh_token, step: "test" };
}

/** A reason in words, for this way of connecting. */
export function reasonText(connection: Connection, reason: OutcomeClass, texts: Texts): string {
  const words = texts.list.reasons[reason];
  const marketplace = texts.list.marketplaces[connection.marketplace];
  if (typeof words === "string") {
    return words;
  }
  if (typeof words === "function") {
    return words(marketplace);
  }
  return (waysOf(connection).key ? words.key : words.consent)(marketplace);
}

function stepFor(connection: Connection, reason: OutcomeClass): Condition["step"] {
  const again = waysOf(connection).key ? "replaceKey" : "reconnect";
  switch (reason) {
    case "reauth_required":
    case "scope_missing":
    case "token_kind_obsolete":
    case "tenant_disconnected":
      return again;
    case "config_error":
      return again === "replaceKey" ? again : "test";
    case "app_config":
    case "bug":
      return "operator";
    case "ok":
    case "account_suspended":
    case "throttled":
    case "transient":
    case "edge_blocked":
      return "test";
  }
}
