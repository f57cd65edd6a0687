import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// The real screens against the real programs. Each file has a site of its own, and
// two run side by side: most of a test's time is a caller's. A story is told in order,
// so the first failure ends it.
export default defineConfig({
  test: {
    root: fileURLToPath(new URL(".", import.meta.url)),
    include: ["*.e2e.ts"],
    environment: "node",
    pool: "forks",
    maxWorkers: 2,
    bail: 1,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ["verbose"],
  },
});
