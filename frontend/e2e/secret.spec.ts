import type { CDPSession, Page, Request } from "@playwright/test";

import { row } from "./support/list";
import { chooseMarketplace } from "./support/marketplaces";
import { demoKey } from "./support/stage";
import { expect, test } from "./support/test";

/** Every text in the memory of the page's scripts, after garbage was collected. */
async function memory(session: CDPSession): Promise<string> {
  const chunks: string[] = [];
  session.on("HeapProfiler.addHeapSnapshotChunk", ({ chunk }) => chunks.push(chunk));
  await session.send("HeapProfiler.collectGarbage");
  await session.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
  return chunks.join("");
}

/** Everything that a script on the page could read. */
function readable(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const databases = await indexedDB.databases();
    const caches = await window.caches.keys();
    const fields = [...document.querySelectorAll("input, textarea")].map((field) =>
      field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement ? field.value : "",
    );
    return JSON.stringify([
      document.documentElement.outerHTML,
      fields,
      Object.entries(localStorage),
      Object.entries(sessionStorage),
      document.cookie,
      location.href,
      history.state,
      document.title,
      databases,
      caches,
      performance.getEntries().map(({ name }) => name),
    ]);
  });
}

test("a key is in the one request that needs it, and nowhere else afterwards", async ({ home, context }) => {
  const key = demoKey("TAKEALOT_GOOD");
  const carriers: Request[] = [];
  const answers: Promise<string>[] = [];
  home.on("request", (request) => {
    const sent = `${request.url()} ${JSON.stringify(request.headers())} ${request.postData() ?? ""}`;
    if (sent.includes(key)) {
      carriers.push(request);
    }
  });
  home.on("response", (response) => {
    answers.push(response.text().catch(() => ""));
  });
  const session = await context.newCDPSession(home);
  await session.send("HeapProfiler.enable");

  await chooseMarketplace(home, "Takealot");
  const field = home.getByLabel(/^API key/);
  await field.fill(key);
  // Shows that the search finds what is there.
  expect(await readable(home)).toContain(key);
  await home.getByLabel("Your name for it (optional)").fill("Secret shop");
  await home.getByRole("button", { name: "Test and connect" }).click();
  await expect(row(home, "Secret shop")).toBeVisible();

  expect(carriers.map((request) => [request.method(), new URL(request.url()).pathname])).toEqual([
    ["POST", "/api/connections"],
  ]);
  expect((await Promise.all(answers)).join("\n")).not.toContain(key);
  expect(await readable(home)).not.toContain(key);
  for (const cookie of await context.cookies()) {
    expect(cookie.value).not.toContain(key);
  }
  const snapshot = await memory(session);
  expect(snapshot).toContain("Secret shop");
  expect(snapshot).not.toContain(key);
});
