import { defineConfig } from "vite";

/** One script and one style sheet with everything in them, for pages that are opened from disk (gis_service/files/offline_package.py). */
export default defineConfig({
  publicDir: false,
  build: {
    outDir: "../../static/offline",
    emptyOutDir: true,
    assetsInlineLimit: 10_000_000,
    cssCodeSplit: false,
    chunkSizeWarningLimit: 2500,
    rolldownOptions: {
      input: "src/offline/main.ts",
      output: { entryFileNames: "offline.js", assetFileNames: "offline[extname]", codeSplitting: false },
    },
  },
});
