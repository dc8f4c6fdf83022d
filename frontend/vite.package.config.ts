import { copyFileSync, mkdirSync } from "node:fs";

import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The page as a package that another React application mounts; what that application has already is left out. */
export default defineConfig({
  plugins: [
    react(),
    {
      name: "declarations",
      closeBundle() {
        // tsc copies no declarations that were declarations already, and the others refer to these.
        mkdirSync("dist/package/lib", { recursive: true });
        copyFileSync("src/lib/schema.d.ts", "dist/package/lib/schema.d.ts");
      },
    },
  ],
  publicDir: false,
  build: {
    outDir: "dist/package",
    emptyOutDir: true,
    target: "es2023",
    sourcemap: true,
    lib: {
      entry: "src/package.tsx",
      formats: ["es"],
      fileName: "connections",
      cssFileName: "connections",
    },
    rolldownOptions: {
      external: [/^react(-dom)?($|\/)/, /^@mantine\//, /^@tanstack\//, "openapi-fetch", "wouter"],
    },
  },
});
