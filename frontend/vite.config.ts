import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The page as `fluxori-server` embeds it. The server puts a fresh nonce in the place of this one. */
export default defineConfig({
  plugins: [react()],
  html: { cspNonce: "__CSP_NONCE__" },
  build: {
    outDir: "dist/app",
    emptyOutDir: true,
    // Inlined files would need exceptions in the Content-Security-Policy.
    assetsInlineLimit: 0,
    target: "es2023",
  },
  server: {
    // `npm run dev` beside a running `cargo xtask dev`.
    proxy: { "/api": "http://127.0.0.1:8080", "/auth": "http://127.0.0.1:8080" },
  },
});
