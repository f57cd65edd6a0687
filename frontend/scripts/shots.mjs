// Takes a picture of every fake scenario, in both languages: npm run shots [-- name …].
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { sizesOf, withScreens } from "./screens.mjs";

const folder = fileURLToPath(new URL("../../build/screens/fake/", import.meta.url));
const wanted = process.argv.slice(2);
const looks = [["light", "ja"], ["dark", "ja"], ["light", "en"]];
const suffix = { full: "", narrow: "-1024", mini: "" };

await mkdir(folder, { recursive: true });
await withScreens(async ({ open, names }) => {
  for (const name of names) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    for (const size of sizesOf(name)) {
      for (const [theme, language] of looks) {
        const page = await open(name, size, theme, language);
        const file = name + (name.startsWith("login") ? "" : suffix[size]) + (theme === "dark" ? "-dark" : "") + (language === "en" ? "-en" : "");
        await page.screenshot({ path: `${folder}${file}.png`, animations: "disabled" });
        console.log(file);
      }
    }
  }
});
