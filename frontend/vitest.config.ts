import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const report = process.env["FLUXORI_JUNIT_FILE"];

const isBuilt = process.env["FLUXORI_BUILT_PACKAGE"] === "true";
const built = "/dist/package/connections.js";

export default defineConfig({
  plugins: [react()],
  // The example is tested with the sources, or with the package as it is built.
  resolve: {
    alias: { "@fluxori/connections": isBuilt ? built : "/src/package.tsx" },
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}", "examples/**/*.test.{ts,tsx}"],
    setupFiles: ["src/testing/setup.ts"],
    css: false,
    restoreMocks: true,
    unstubGlobals: true,
    testTimeout: 20_000,
    maxWorkers: 2,
    reporters: report ? ["default", ["junit", { outputFile: report }]] : ["default"],
  },
});
