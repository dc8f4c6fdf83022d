import { HOME } from "./browser.js";

const COUNT = 1000;
const PAGE_SIZE = 100;

function connection(number) {
  const marketplace = ["takealot", "amazon", "shopify", "xero"][number % 4];
  return {
    id: `01890a5d-ac96-774b-bcce-${String(number).padStart(12, "0")}`,
    marketplace,
    authType: marketplace === "takealot" ? "api_key" : "oauth",
    label: `Shop ${number}`,
    account: { id: `account-${number}`, name: `Account ${number}`, details: null },
    status: number % 7 === 0 ? "error" : "connected",
    statusReason: number % 7 === 0 ? "throttled" : "ok",
    lastError: null,
    lastCheckedAt: "2026-11-20T10:00:00Z",
    lastSyncedAt: "2026-11-20T10:00:00Z",
    lastSyncOutcome: "succeeded",
    nextExpiry: null,
    isDefault: number < 4,
    consentId: null,
    createdAt: "2026-11-01T08:00:00Z",
    updatedAt: "2026-11-20T10:00:00Z",
    version: 1,
  };
}

/** How the list bears a thousand connections. The server is played: what counts here is the browser. */
export async function manyConnections(context) {
  const page = await context.newPage();
  await page.route("**/api/connections?*", (route) => {
    const from = Number(new URL(route.request().url()).searchParams.get("cursor") ?? 0);
    const items = Array.from({ length: PAGE_SIZE }, (_, index) => connection(from + index));
    const next = from + PAGE_SIZE < COUNT ? String(from + PAGE_SIZE) : null;
    return route.fulfill({ json: { items, nextCursor: next } });
  });
  await page.addInitScript(() => {
    window.longest = 0;
    new PerformanceObserver((list) => {
      window.longest = Math.max(window.longest, ...list.getEntries().map(({ duration }) => duration));
    }).observe({ type: "longtask", buffered: true });
  });
  const started = Date.now();
  await page.goto(HOME);
  await page.getByRole("heading", { name: "Shop 0", exact: true }).waitFor();
  const first = Date.now() - started;

  const search = page.getByRole("searchbox", { name: "Search" });
  // 99, 199 … 999, and 990 to 998.
  await search.fill("Account 99");
  await page.getByText("19 connections match.").waitFor({ timeout: 60_000 });
  const loaded = Date.now() - started;

  await page.evaluate(() => {
    window.longest = 0;
  });
  await search.fill("");
  await search.pressSequentially("Shop 777");
  const typed = Date.now();
  await page.getByText("1 connection matches.").waitFor();
  const found = Date.now() - typed;
  await page.getByRole("button", { name: "Show all" }).click();
  await page.getByRole("heading", { name: "Shop 996", exact: true }).waitFor({ state: "attached" });
  const longest = await page.evaluate(() => window.longest);
  await page.close();
  return [
    { name: `the first ${PAGE_SIZE} of ${COUNT} connections are shown after`, value: first, unit: "ms" },
    { name: `all ${COUNT} are loaded and searched after`, value: loaded, unit: "ms" },
    { name: "a search among them is answered after the last key within", value: found, unit: "ms" },
    {
      name: "the longest that the page was busy while searching and showing all",
      value: longest,
      unit: "ms",
    },
  ];
}
