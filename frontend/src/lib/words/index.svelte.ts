// The language of the screens. The sentences stand in Japanese where they are used,
// as the operator guide has them; a screen in another language looks each up, whether
// it comes from here or from the server. What is not a sentence of ours (a name, an
// ID, a merchant's own text) is found nowhere and stays as it is.
import { english } from "./english";

export type Language = "ja" | "en";

let chosen = $state<Language>("ja");

/** setLanguage changes the language of everything that is shown. */
export function setLanguage(language: string): void {
  chosen = language === "en" ? "en" : "ja";
}

/** language is that of the screens now. */
export function language(): Language {
  return chosen;
}

/** sentences are several of them in a row. */
export function sentences(...said: string[]): string {
  return said.filter((sentence) => sentence !== "").map((sentence) => t(sentence)).join(chosen === "en" ? " " : "");
}

/** dayFormat is a date as the language of the screens writes it. */
export function dayFormat(at: Date, parts: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(chosen === "en" ? "en-GB" : "ja-JP", parts).format(at);
}

/** t is a sentence in the language of the screens, with each {name} replaced by its value. */
export function t(sentence: string, values?: Readonly<Record<string, string | number>>): string {
  const said = chosen === "en" ? (english[sentence] ?? sentence) : sentence;
  if (!values) return said;
  return said.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
