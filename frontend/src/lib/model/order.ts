// The rules of an order, as shared/order states them in Go: the same form gets the
// same refusals here and there (order.test.ts reads the Go side's table of cases).
import type { Form, Refusal } from "$lib/backend/types";
import { t } from "$lib/words/index.svelte";

export type Field = "transactionId" | "memberId" | "amount" | "paymentCount";

/** fields in the order in which the form shows them. */
export const fields: readonly Field[] = ["transactionId", "memberId", "amount", "paymentCount"];

/** Rules are the merchant's settings that decide which fields an order has. */
export interface Rules {
  memberId: boolean;
  paymentCountChoice: boolean;
}

export const once = "1";

export const paymentCounts: readonly string[] = [
  once, "2", "3", "5", "6", "10", "12", "15", "18", "20", "24", "revolving", "bonus",
];

export const words = {
  transactionIdMissing: "取引IDを入力してください。",
  transactionIdTooLong: "取引IDは100文字以内で入力してください。",
  transactionIdCharacters: "取引IDに使えるのは半角英数字と _ - です。",
  idIsCard: "カード番号は使えません。消去しました。",
  memberIdTooLong: "会員IDは100文字以内で入力してください。",
  memberIdCharacters: "会員IDに使えるのは半角英数字と . _ - @ です。",
  memberIdNotUsed: "会員IDは利用できません。",
  amountMissing: "決済金額を入力してください。",
  amountCharacters: "決済金額は半角数字で入力してください。",
  amountTooLong: "決済金額は8桁以内で入力してください。",
  amountOutOfRange: "決済金額は1円から99,999,999円までです。",
  paymentCountFixed: "支払回数は1回のみ利用できます。",
  paymentCountUnknown: "支払回数を選択してください。",
  alreadyPaid: "この取引IDは決済済みです。",
} as const;

const maxIdBytes = 100;

// What Go's strings.TrimSpace cuts; String.trim cuts U+FEFF too and keeps U+0085.
const spaces = "[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const spacesAtEnds = new RegExp(`^${spaces}+|${spaces}+$`, "g");

/**
 * narrowed turns full-width letters, digits and signs, the ideographic space and
 * the bars an IME leaves for 「-」 into half-width ones. The length stays the same,
 * so a caret keeps its place.
 */
export function narrowed(s: string): string {
  return s
    .replace(/[！-～]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xff01 + 0x21))
    .replace(/\u3000/g, " ")
    .replace(/[‐‑‒–—―−ー]/g, "-");
}

/** narrow is narrowed without the spaces at both ends. */
export function narrow(s: string): string {
  return narrowed(s).replace(spacesAtEnds, "");
}

/** looksLikeCard tells whether s, without spaces and hyphens, is 13 to 19 digits that pass Luhn. */
export function looksLikeCard(s: string): boolean {
  const digits = s.replace(/[- ]/g, "");
  if (!/^[0-9]{13,19}$/.test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const d = Number(digits[digits.length - 1 - i]);
    const doubled = d * 2 > 9 ? d * 2 - 9 : d * 2;
    sum += i % 2 === 1 ? doubled : d;
  }
  return sum % 10 === 0;
}

/**
 * looksLikeWholeCard tells whether s is a card number of a known brand in its full
 * length. It is asked at every key, where looksLikeCard would be too eager: one in
 * ten order numbers of 14 digits begins with 13 that pass Luhn.
 */
export function looksLikeWholeCard(s: string): boolean {
  const digits = s.replace(/[- ]/g, "");
  const ofABrand =
    /^(4\d{15}|5[1-5]\d{14}|2(22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|35(2[89]|[3-8]\d)\d{12}|3[47]\d{13}|3(0[0-5]|[689]\d)\d{11}|6(011|4[4-9]\d|5\d\d|2\d\d)\d{12,15})$/;
  return ofABrand.test(digits) && looksLikeCard(digits);
}

/** refusalOf says what is wrong with one field; empty when nothing is. */
export function refusalOf(field: Field, typed: string, rules: Rules): string {
  switch (field) {
    case "transactionId":
      return transactionIdRefusal(narrow(typed));
    case "memberId":
      if (!rules.memberId) return typed === "" ? "" : words.memberIdNotUsed;
      return memberIdRefusal(narrow(typed));
    case "amount":
      return amountRefusal(plainAmount(typed));
    case "paymentCount":
      if (typed === "" || typed === once) return "";
      if (!rules.paymentCountChoice) return words.paymentCountFixed;
      return paymentCounts.includes(typed) ? "" : words.paymentCountUnknown;
  }
}

/** refusalsOf says what is wrong with a form, one refusal per wrong field, in the order of the form. */
export function refusalsOf(form: Form, rules: Rules): Refusal[] {
  return fields
    .map((field) => ({ field, message: refusalOf(field, form[field], rules) }))
    .filter((refusal) => refusal.message !== "");
}

/** transactionIdRefusal says what is wrong with a narrowed transaction ID; empty when nothing is. */
export function transactionIdRefusal(id: string): string {
  if (id === "") return words.transactionIdMissing;
  if (looksLikeCard(id)) return words.idIsCard;
  if (!/^[A-Za-z0-9_-]+$/.test(id)) return words.transactionIdCharacters;
  return bytes(id) > maxIdBytes ? words.transactionIdTooLong : "";
}

function memberIdRefusal(id: string): string {
  if (id === "") return "";
  if (looksLikeCard(id)) return words.idIsCard;
  if (!/^[A-Za-z0-9._@-]+$/.test(id)) return words.memberIdCharacters;
  return bytes(id) > maxIdBytes ? words.memberIdTooLong : "";
}

function amountRefusal(digits: string): string {
  if (digits === "") return words.amountMissing;
  if (!/^[0-9]+$/.test(digits)) return words.amountCharacters;
  if (digits.length > 8) return words.amountTooLong;
  return Number(digits) >= 1 ? "" : words.amountOutOfRange;
}

// Go's len counts bytes; for the letters an ID may have it is the same.
function bytes(s: string): number {
  return new TextEncoder().encode(s).length;
}

/** plainAmount is an amount as typed without its thousands separators. */
export function plainAmount(typed: string): string {
  return narrow(typed).replaceAll(",", "");
}

/** withSeparators shows digits in groups of three; anything else stays as it was typed. */
export function withSeparators(typed: string): string {
  const digits = plainAmount(typed);
  return /^[0-9]+$/.test(digits) ? digits.replace(/\B(?=(\d{3})+$)/g, ",") : narrowed(typed);
}

/** yen is an amount as the screens show it: 「36,500円」. */
export function yen(amount: number): string {
  return t("{amount}円", { amount: withSeparators(String(amount)) });
}

/** paymentCountLabel is a payment count in the words of the form. */
export function paymentCountLabel(count: string): string {
  if (count === "revolving") return t("リボ払い");
  if (count === "bonus") return t("ボーナス一括払い");
  return count === "" || count === once ? t("1回") : t("{n}回", { n: count });
}
