import type { components } from "../lib/schema";

type Schemas = components["schemas"];
type Connection = Schemas["Connection"];

let made = 0;

/** A connected Takealot account, but for what is said otherwise; each call makes another one. */
export function connection(more: Partial<Connection> = {}): Connection {
  made += 1;
  return {
    id: `01890a5d-ac96-774b-bcce-${String(made).padStart(12, "0")}`,
    user: "dev-user",
    marketplace: "takealot",
    authType: "api_key",
    label: `Shop ${made}`,
    account: {
      id: String(1000 + made),
      name: `Account ${made}`,
      details: {
        marketplace: "takealot",
        apiSurface: "marketplace",
        sellerId: 1000 + made,
        countries: ["ZA"],
      },
    } as unknown as Connection["account"],
    status: "connected",
    statusReason: "ok",
    lastError: null,
    lastCheckedAt: "2026-11-20T10:00:00Z",
    lastSyncedAt: null,
    lastSyncOutcome: null,
    nextExpiry: null,
    isDefault: false,
    createdAt: "2026-11-01T08:00:00Z",
    updatedAt: "2026-11-20T10:00:00Z",
    version: 1,
    ...more,
  };
}

/** What a successful test found. */
export function testResult(more: Partial<Schemas["TestResult"]> = {}): Schemas["TestResult"] {
  return {
    testedAt: "2026-11-23T12:00:00Z",
    outcome: "ok",
    message: "The account answers.",
    retryAt: null,
    accountName: "Account",
    latencyMs: 120,
    rate: null,
    ...more,
  };
}
