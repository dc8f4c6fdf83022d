import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

/** What the embedded page may weigh over the wire, in bytes. */
const BUDGETS = { ".js": 250_000, ".css": 30_000 };
const ASSETS = fileURLToPath(new URL("../dist/app/assets", import.meta.url));

const weigh = (name) => gzipSync(readFileSync(path.join(ASSETS, name)), { level: 9 }).length;

for (const [kind, budget] of Object.entries(BUDGETS)) {
  const files = readdirSync(ASSETS).filter((name) => path.extname(name) === kind);
  const total = files.reduce((sum, name) => sum + weigh(name), 0);
  console.log(`${kind.slice(1)}: ${(total / 1000).toFixed(1)} kB gzip of ${budget / 1000} kB`);
  if (total === 0 || total > budget) {
    process.exitCode = 1;
  }
}
