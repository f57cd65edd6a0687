import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { svelteTesting } from "@testing-library/svelte/vite";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// Only index.html is built. fake.html, the same application on a scripted backend,
// exists under the dev server alone and never ships.
export default defineConfig({
  plugins: [svelte(), svelteTesting()],
  resolve: { alias: { $lib: here("./src/lib"), $components: here("./src/components") } },
  server: { host: "127.0.0.1" },
  build: { target: "chrome111", assetsInlineLimit: 0, chunkSizeWarningLimit: 700 },
  test: { environment: "happy-dom", include: ["src/**/*.test.ts"], restoreMocks: true },
});
