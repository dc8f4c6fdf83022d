import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The page as a package that another React application mounts; what that application has already is left out. */
export default defineConfig({
  plugins: [react()],
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
