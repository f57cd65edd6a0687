import { expect, it } from "vitest";
import { english } from "$lib/words/english";
import { loadFaces } from "./faces";

/** Fonts fetch nothing, and fail for one family. */
class Fonts {
  texts: string[] = [];
  drawn!: () => void;
  readonly ready = new Promise<void>((resolve) => (this.drawn = resolve));

  async load(font: string, text: string): Promise<FontFace[]> {
    if (font.includes("BIZ")) throw new Error("no such file");
    this.texts.push(text);
    return [];
  }
}

it("the fonts for every sentence come after the first screen, and one that fails stops nothing", async () => {
  const fonts = new Fonts();
  const loaded = loadFaces(fonts as unknown as FontFaceSet);
  await Promise.resolve();
  expect(fonts.texts).toEqual([]);
  fonts.drawn();
  await loaded;
  const asked = new Set(fonts.texts.join(""));
  expect([...Object.entries(english).flat().join("")].filter((character) => !asked.has(character))).toEqual([]);
  expect(asked.size).toBeGreaterThan(400);
});
