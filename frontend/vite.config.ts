import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { svelteTesting } from "@testing-library/svelte/vite";
import { defineConfig } from "vitest/config";

// The tests read clock times as an operator in Japan does.
process.env["TZ"] = "Asia/Tokyo";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// Only index.html is built. fake.html, the same application on a scripted backend,
// exists under the dev server alone and never ships.
export default defineConfig({
  plugins: [svelte(), svelteTesting()],
  resolve: { alias: { $lib: here("./src/lib"), $components: here("./src/components") } },
  server: { host: "127.0.0.1" },
  build: { target: "chrome111", assetsInlineLimit: 0, chunkSizeWarningLimit: 700 },
  test: {
    // The reducers know no DOM, and are tested without one.
    projects: [
      { extends: true, test: { name: "model", environment: "node", include: ["src/lib/{model,errors}/**/*.test.ts"] } },
      { extends: true, test: { name: "screens", environment: "happy-dom", include: ["src/**/*.test.ts"], exclude: ["src/lib/{model,errors}/**"], testTimeout: 60_000 } },
    ],
  },
});
