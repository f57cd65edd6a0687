import { readFileSync } from "node:fs";
import { resolve } from "node:path";

/** shared reads a file of the Go module shared, for tests that hold both sides to one text. */
export function shared(path: string): string {
  return readFileSync(resolve(import.meta.dirname, "../../../../shared", path), "utf8");
}
