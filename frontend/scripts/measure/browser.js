import { createServer } from "node:net";

import { chromium } from "@playwright/test";

export const HOME = process.env.FLUXORI_E2E_URL ?? "http://127.0.0.1:8080";

/** Where Chromium is. */
export const chromiumPath = process.env.FLUXORI_E2E_CHROMIUM ?? "/usr/bin/chromium";

export const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A browser with a profile in `folder`, that others reach by a port too. */
export async function openBrowser(folder) {
  const port = await freePort();
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: chromiumPath,
    args: [...FLAGS, `--remote-debugging-port=${port}`],
    viewport: { width: 1280, height: 800 },
    colorScheme: "light",
  });
  return { context, port };
}

/** Signs in at the simulated identity provider; the answer is what proves it. */
export async function signIn(context) {
  const page = await context.newPage();
  await page.goto(`${HOME}/auth/sign-in`);
  await page.getByLabel("User").fill("measured");
  await page.getByLabel("Organization").fill(`measured-${Date.now()}`);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "Connections" }).waitFor();
  await page.close();
  return context.cookies();
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
