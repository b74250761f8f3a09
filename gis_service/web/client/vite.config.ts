import { defineConfig } from "vitest/config";

export default defineConfig({
  // Relative, so that the service may stand below a path of another server.
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../../static",
    emptyOutDir: true,
    // The page asks this file for the hashed names (gis_service/web/pages/map.py).
    manifest: "manifest.json",
    // The others are for the pages that the server writes whole (gis_service/web/pages/look.py).
    rolldownOptions: { input: ["src/main.tsx", "src/look/forms.css", "src/uploads.ts"] },
    // The server's policy forbids data: fonts, so every font stays a file.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
  },
  worker: { format: "es" },
  test: { css: true, include: ["tests/**/*.test.{ts,tsx}"] },
});
