import { defineConfig } from "@playwright/test";

import { stage } from "./e2e/support/stage";

const report = process.env["FLUXORI_JUNIT_FILE"];

/** The page in a real browser, on a real server, with simulated marketplaces: see README.md, "Tests". */
export default defineConfig({
  testDir: "e2e",
  outputDir: `${stage.artefacts}/results`,
  workers: 2,
  fullyParallel: true,
  retries: 0,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: report ? [["list"], ["junit", { outputFile: report }]] : [["list"]],
  use: {
    baseURL: stage.url,
    viewport: { width: 1280, height: 800 },
    colorScheme: "light",
    locale: "en-GB",
    timezoneId: "Africa/Johannesburg",
    actionTimeout: 20_000,
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: stage.chromium,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
