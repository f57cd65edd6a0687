// Takes a picture of every fake scenario: npm run shots [-- name …].
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { sizesOf, withScreens } from "./screens.mjs";

const folder = fileURLToPath(new URL("../../build/screens/fake/", import.meta.url));
const wanted = process.argv.slice(2);
const suffix = { full: "", narrow: "-1024", mini: "" };

await mkdir(folder, { recursive: true });
await withScreens(async ({ open, names }) => {
  for (const name of names) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    for (const size of sizesOf(name)) {
      for (const theme of ["light", "dark"]) {
        const page = await open(name, size, theme);
        const file = name + (name.startsWith("login") ? "" : suffix[size]) + (theme === "dark" ? "-dark" : "");
        await page.screenshot({ path: `${folder}${file}.png`, animations: "disabled" });
        console.log(file);
      }
    }
  }
});
