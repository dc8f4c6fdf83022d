import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const report = process.env["FLUXORI_JUNIT_FILE"];

export default defineConfig({
  plugins: [react()],
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
