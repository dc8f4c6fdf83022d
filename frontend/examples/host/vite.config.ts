import { fileURLToPath } from "node:url";

import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const fromHere = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What the back end of a host does: it gives the person who is signed in an access token for the vault. */
const tokens: Plugin = {
  name: "tokens",
  configureServer: ({ middlewares }) => {
    middlewares.use("/session/token", (_request, response) => {
      response.setHeader("Content-Type", "application/json");
      response.setHeader("Cache-Control", "no-store");
      response.end(JSON.stringify({ accessToken: process.env["HOST_ACCESS_TOKEN"] ?? "" }));
    });
  },
};

export default defineConfig({
  plugins: [react(), tokens],
  // An application of its own installs the package and needs none of this.
  resolve: {
    alias: {
      "@fluxori/connections/style.css": fromHere("../../dist/package/connections.css"),
      "@fluxori/connections": fromHere("../../dist/package/connections.js"),
    },
  },
  build: { outDir: fromHere("../../dist/host"), emptyOutDir: true, target: "es2023" },
});
