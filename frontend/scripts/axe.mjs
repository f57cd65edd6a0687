// Holds every fake scenario against WCAG 2.0 to 2.2, A and AA, in both themes and in
// English too, where no Japanese sentence may be left: npm run axe [-- name …].
import { AxeBuilder } from "@axe-core/playwright";
import { sizesOf, withScreens } from "./screens.mjs";

const wcag = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"];
const wanted = process.argv.slice(2);
let violations = 0;
let pages = 0;

// What a screen in English may still say in Japanese: names and the words of others.
const names = /繋ぎ|日本語|つなぎ商店|受注センター|通販窓口|夜間窓口|佐藤|鈴木|高橋|中村|加藤|伊藤|山田|管理 田中|カードの裏面|そちらに印字|処理が成功しました|既に成功していました|カード情報の入力回数|決済結果を確認中です$|^日$/;
const japanese = (page) =>
  page.evaluate(() => {
    const texts = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = walker.currentNode; node; node = walker.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) texts.push(node.textContent);
      else texts.push(...["aria-label", "title", "placeholder", "alt"].map((name) => node.getAttribute(name) ?? ""));
    }
    return texts.map((text) => text.trim()).filter((text) => /[\u3041-\u30fa\u3400-\u9fff]/.test(text));
  });
const left = (name, texts) => {
  for (const text of new Set(texts.filter((text) => !names.test(text)))) {
    violations++;
    console.error(`${name}: still Japanese in English: ${text}`);
  }
};

await withScreens(async ({ open, names }) => {
  for (const name of names.filter((each) => wanted.length === 0 || wanted.includes(each))) {
    for (const [theme, language] of [["light", "ja"], ["dark", "en"]]) {
      const page = await open(name, sizesOf(name)[0], theme, language);
      if (language === "en") left(name, await japanese(page));
      const found = await new AxeBuilder({ page }).withTags(wcag).analyze();
      pages++;
      for (const { id, help, nodes } of found.violations) {
        violations++;
        console.error(`${name} ${theme} ${language}: ${id}: ${help}\n  ${nodes.map((node) => node.html.slice(0, 160)).join("\n  ")}`);
      }
    }
  }
});
console.log(`axe: ${violations} violations on ${pages} pages`);
process.exitCode = violations > 0 ? 1 : 0;
