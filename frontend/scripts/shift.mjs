// Nothing moves unless the person moved it: the boxes named by data-k are at the
// same place in every state, and no text is cut off where it should be whole.
import { withScreens } from "./screens.mjs";

const groups = [
  ["op-ready", "op-held", "op-send", "op-send-5", "op-send-missing", "op-handover", "op-three", "op-lost", "op-f301", "op-return", "op-hold", "op-logout", "op-history", "op-fixed", "op-talk", "op-unmonitored"],
  ["op-member", "op-error", "op-api", "op-talk-own"],
  ["login", "login-error", "login-already", "login-forced", "login-offline", "login-damaged", "login-supervisor"],
  ["op-settings"], ["op-locked", "op-locked-send"], ["op-password"], ["sv-live", "sv-lost"], ["sv-settings"], ["sv-code"],
];
// Both languages have to fit, and whatever the system's scaling makes of a pixel.
const looks = [["full", "ja", 1], ["full", "en", 1.5], ["narrow", "ja", 1], ["narrow", "en", 1.5], ["doubled", "ja", 2]];
let shifts = 0;
let compared = 0;

const boxes = (page) =>
  page.$$eval("[data-k]", (elements) =>
    Object.fromEntries(
      elements.map((element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        // The sentence may have any length; only its beginning must stay.
        const right = element.dataset.k === "msg" || element.dataset.k === "link" ? "" : ` ${width}`;
        const left = element.dataset.k === "link" ? x + width : x;
        return [element.dataset.k, `${left},${y}${right}x${height}`];
      }),
    ),
  );

// Codes and names are cut with an ellipsis on purpose (.ell); table cells have a title.
const cutOff = (page) =>
  page.$$eval("p, h1, h2, label, button, dt, dd, .st, .btns", (elements) =>
    elements
      .filter((e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline" && !e.closest(".ell, .vh") && !e.classList.contains("vh"))
      .map((e) => e.textContent.trim().slice(0, 60)),
  );

await withScreens(async ({ open }) => {
  for (const group of groups) {
    for (const [size, language, scale] of looks.filter(([size]) => size !== "full" || !group[0].startsWith("login"))) {
      let first;
      for (const name of group) {
        const page = await open(name, size, "light", language, scale);
        const here = await boxes(page);
        first ??= here;
        for (const [key, box] of Object.entries(here)) {
          if (first[key] === undefined) continue;
          compared++;
          if (first[key] === box) continue;
          shifts++;
          console.error(`${name} ${size} ${language} ${scale}: ${key} is at ${box}, in ${group[0]} at ${first[key]}`);
        }
        for (const text of await cutOff(page)) {
          shifts++;
          console.error(`${name} ${size} ${language}: cut off: ${text}`);
        }
      }
    }
  }
});
console.log(`shift: ${shifts} faults in ${compared} boxes`);
process.exitCode = shifts > 0 ? 1 : 0;
