// The figures of make bench-desktop: rows of the table in build/bench/desktop.md, and
// from there by hand in desktop/docs/performance.md.
import { appendFileSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../../build/bench/", import.meta.url));

/** figure writes one down. */
export function figure(name: string, value: string): void {
  const line = `| ${name} | ${value} |\n`;
  mkdirSync(folder, { recursive: true });
  appendFileSync(`${folder}desktop.md`, line);
  process.stdout.write(line);
}

/** spread is p50, p99 and the most of many measurements. */
export function spread(valuesMs: readonly number[]): string {
  const sorted = valuesMs.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!.toFixed(1);
  return `${at(0.5)} ms / ${at(0.99)} ms / ${at(1)} ms`;
}
