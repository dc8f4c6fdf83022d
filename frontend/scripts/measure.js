import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { firstScreen } from "./measure/first-screen.js";
import { audit } from "./measure/lighthouse.js";
import { manyConnections } from "./measure/many-connections.js";
import { openBrowser, signIn } from "./measure/browser.js";

/**
 * What the page must reach on this machine, beside a running stage (`cargo xtask e2e-stage`). Outside of the tests:
 * how fast something is depends on what else the machine does.
 */
const folder = mkdtempSync(path.join(tmpdir(), "measure-"));
const browser = await openBrowser(folder);

function report(results) {
  for (const { name, value, unit, bar } of results) {
    const isTime = unit === "ms";
    const isMissed = bar !== undefined && (isTime ? value > bar : value < bar);
    const against = bar === undefined ? "" : `, ${isTime ? "at most" : "at least"} ${bar}`;
    console.log(`${isMissed ? "MISSED  " : "        "}${name}: ${Math.round(value)} ${unit}${against}`);
    process.exitCode = isMissed ? 1 : process.exitCode;
  }
}

try {
  const cookies = await signIn(browser.context);
  report(await firstScreen(path.join(folder, "unwatched"), cookies));
  await browser.context.addCookies(cookies);
  report(await manyConnections(browser.context));
  report(
    await audit(browser.port, [
      ["list", "/"],
      ["form", "/?connect=takealot"],
    ]),
  );
  await browser.context.clearCookies();
  report(await audit(browser.port, [["sign-in", "/"]]));
} finally {
  await browser.context.close();
  rmSync(folder, { recursive: true, force: true });
}
