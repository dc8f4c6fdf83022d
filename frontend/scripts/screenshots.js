import { copyFileSync, mkdirSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** Pictures of the documents, by the names that the end-to-end tests give them. */
const PICTURES = {
  "connections-list": "list",
  "connections-connect": "choose",
  "connections-disconnect": "disconnect",
};
const MOST_BYTES = 150_000;
const FROM = path.join(process.env.FLUXORI_ARTEFACTS ?? "artefacts", "screenshots");
const TO = fileURLToPath(new URL("../../docs/images", import.meta.url));

mkdirSync(TO, { recursive: true });
for (const [name, screen] of Object.entries(PICTURES)) {
  const target = path.join(TO, `${name}.png`);
  copyFileSync(path.join(FROM, `${screen}-light.png`), target);
  const { size } = statSync(target);
  console.log(`docs/images/${name}.png: ${Math.round(size / 1000)} kB`);
  if (size > MOST_BYTES) {
    console.error(`${name}.png is heavier than ${MOST_BYTES / 1000} kB`);
    process.exitCode = 1;
  }
}
