// What a new password must have, said while it is typed. The server decides: it
// alone knows the last four.
import { t } from "$lib/words/index.svelte";

export interface PasswordRule {
  state: "met" | "unmet" | "open";
  text: string;
  note: string;
}

const maxLength = 30;

/** passwordRules judges a new password of at least so many characters and its repetition; repeat may still be empty. */
export function passwordRules(password: string, repeat: string, least = 8): PasswordRule[] {
  const lengthMet = password.length >= least && password.length <= maxLength;
  const state = (met: boolean): PasswordRule["state"] => (met ? "met" : password === "" ? "open" : "unmet");
  return [
    { state: state(lengthMet), text: t("{least}〜{most}文字", { least, most: maxLength }), note: password === "" ? "" : t("(いま{n}文字)", { n: password.length }) },
    { state: state(/[A-Za-z]/.test(password)), text: t("半角英字を含む"), note: "" },
    { state: state(/[0-9]/.test(password)), text: t("数字を含む"), note: "" },
    ...(isPlain(password) ? [] : [{ state: "unmet", text: t("半角の英数字と記号だけが使えます"), note: "" } as const]),
    repeatRule(password, repeat),
    { state: "open", text: t("直近4回と同じ値は使えません"), note: t("(更新時に確認)") },
  ];
}

function repeatRule(password: string, repeat: string): PasswordRule {
  if (repeat === "") return { state: "open", text: t("確認欄と一致"), note: "" };
  if (password === repeat) return { state: "met", text: t("確認欄と一致"), note: "" };
  return { state: "unmet", text: t("確認欄と一致していません"), note: "" };
}

/** isPlain tells whether a password is made of printable ASCII without spaces. */
export function isPlain(password: string): boolean {
  return /^[!-~]*$/.test(password);
}
