// Holds every fake scenario against WCAG 2.0 to 2.2, A and AA, in both themes.
import { AxeBuilder } from "@axe-core/playwright";
import { sizesOf, withScreens } from "./screens.mjs";

const wcag = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"];
let violations = 0;
let pages = 0;

await withScreens(async ({ open, names }) => {
  for (const name of names) {
    for (const theme of ["light", "dark"]) {
      const page = await open(name, sizesOf(name)[0], theme);
      const found = await new AxeBuilder({ page }).withTags(wcag).analyze();
      pages++;
      for (const { id, help, nodes } of found.violations) {
        violations++;
        console.error(`${name} ${theme}: ${id}: ${help}\n  ${nodes.map((node) => node.html.slice(0, 160)).join("\n  ")}`);
      }
    }
  }
});
console.log(`axe: ${violations} violations on ${pages} pages`);
process.exitCode = violations > 0 ? 1 : 0;
