// Every sentence of the screens has its English, and nothing else stands in the table.
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { shared } from "$lib/testing/shared";
import { english } from "./english";

const source = resolve(import.meta.dirname, "../..");
const japanese = /[\u3040-\u30ff\u3400-\u9fff\uff01-\uff5e「」【】]/;

// Names and what is read from others' sentences, not said.
const notSaid = new Set(["日本語", "繋ぎ"]);

/** literals are the texts in quotation marks outside of comments. */
function literals(code: string): string[] {
  const bare = code.replace(/\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->/g, "").replace(/(^|\s)\/\/.*$/gm, "");
  return [...bare.matchAll(/"((?:[^"\\\n]|\\.)*)"/g)].map((found) => found[1]!).filter((text) => japanese.test(text));
}

const files = (readdirSync(source, { recursive: true }) as string[])
  .filter((file) => /\.(ts|svelte)$/.test(file) && !/\.test\.ts$|testing\/|backend\/(fake|samples|scenarios)|fake-main|words\/english/.test(file));

it("what the screens say", () => {
  const said = files.flatMap((file) => literals(readFileSync(resolve(source, file), "utf8")));
  expect(said.length).toBeGreaterThan(200);
  expect(said.filter((sentence) => !notSaid.has(sentence) && english[sentence] === undefined)).toEqual([]);
});

it("no sentence stands outside of quotation marks", () => {
  const bare = (code: string) =>
    code
      .replace(/\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->|<style>[\s\S]*<\/style>/g, "")
      .replace(/(^|\s)\/\/.*$/gm, "")
      .replace(/"(?:[^"\\\n]|\\.)*"/g, "");
  // The brand is a name; a regular expression reads the marks and a template joins two values.
  const allowed = /繋ぎ|決済\(OK\|NG\)|[！-～ーー「」【】]|・ ?\$\{|保留: |Record|outcomes/;
  const loose = files
    .filter((file) => file.endsWith(".svelte") || !file.includes("words/"))
    .flatMap((file) => bare(readFileSync(resolve(source, file), "utf8")).split("\n"))
    .filter((line) => japanese.test(line) && !allowed.test(line));
  expect(loose).toEqual([]);
});

it("what the server and the desktop's Go side say", () => {
  const missing: string[] = [];
  for (const file of ["dialog", "header", "link", "point", "session", "settings"]) {
    for (const sentence of literals(shared(`message/${file}.go`)).filter((text) => /。$|^\d\d\.|^[ET]\d\./.test(text))) {
      if (english[sentence] === undefined) missing.push(sentence);
    }
  }
  expect(missing).toEqual([]);
});

it("each sentence keeps its values, and is English", () => {
  const values = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
  for (const [sentence, words] of Object.entries(english)) {
    expect(values(words), sentence).toEqual(values(sentence));
    if (sentence !== "日本語") expect(japanese.test(words), words).toBe(false);
  }
});
