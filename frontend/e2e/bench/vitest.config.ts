import { fileURLToPath } from "node:url";
import { mergeConfig } from "vitest/config";
import tests from "../vitest.config";

export default mergeConfig(tests, { test: { root: fileURLToPath(new URL(".", import.meta.url)), include: ["desktop.ts", "rows.ts"], fileParallelism: false } });
