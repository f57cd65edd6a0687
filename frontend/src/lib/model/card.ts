// What the card of a live call says in its five lines.
import type { Call } from "$lib/backend/types";
import { clockTime, duration, elapsedSeconds, secondsLeft } from "./countdown";
import { outcomeName } from "./words";
import { t } from "$lib/words/index.svelte";

export type Tone = "send" | "hand" | "ivr" | "ok" | "ng" | "hold" | "back" | "idle";
export type CardIcon = "timer" | "forwarded" | "call" | "card" | "ok" | "ng" | "hold" | "back" | "phone" | "pause";

export interface CardText {
  tone: Tone;
  icon: CardIcon;
  title: string;
  time: string;
  /** third line: a sentence, or the digits keyed so far. */
  line: string;
  /** quiet: the sentence asks nothing of the operator. */
  quiet: boolean;
  digits: { label: string; count: number } | null;
  /** fourth line: the card once known, what is left. */
  brand: string;
  detail: string;
  left: string;
}

const fieldNames: Record<string, [title: string, label: string]> = {
  cardNumber: ["カード番号入力中", "番号"],
  expiry: ["有効期限入力中", "期限"],
  securityCode: ["セキュリティコード入力中", "コード"],
};

/** cardText describes a call at a moment of the server's clock. */
export function cardText(call: Call, nowMs: number): CardText {
  const text = running(call, nowMs);
  return call.held ? { ...text, icon: "pause", line: t("電話が保留中です"), quiet: false, digits: null } : text;
}

function running(call: Call, nowMs: number): CardText {
  const remaining = t("残り{n}秒", { n: secondsLeft(call.deadlineAtMs, nowMs) });
  const elapsed = duration(elapsedSeconds(call.stateAtMs, nowMs));
  const base = { digits: null, line: "", quiet: false, brand: brandOf(call), detail: "", left: "" };
  const field = fieldNames[call.state];
  if (field) {
    const detail = base.brand === "" ? t("ブランド未確定") : "";
    const digits = { label: t(field[1]), count: call.digits };
    return { ...base, tone: "ivr", icon: "call", title: t(field[0]), time: elapsed, digits, detail, left: leftOf(call) };
  }
  switch (call.state) {
    case "sendWindow":
      return { ...base, tone: "send", icon: "timer", title: t("送信待ち"), time: remaining, line: t("IVRに着信しました"), quiet: true, detail: t("着信 {time}", { time: clockTime(call.arrivedAtMs) }) };
    case "handover":
      return { ...base, tone: "hand", icon: "forwarded", title: t("転送操作中"), time: remaining, line: t("電話機の「1」を押してください"), detail: t("送信 {time}・応答待ち", { time: clockTime(call.stateAtMs) }) };
    case "ringback":
      return { ...base, tone: "hand", icon: "forwarded", title: t("転送操作中"), time: elapsed, line: t("電話機で転送を完了してください"), detail: t("呼び出し音が流れています") };
    case "greeting":
      return { ...base, tone: "ivr", icon: "call", title: t("お客様への案内中"), time: elapsed, line: t("決済内容を案内しています"), quiet: true, left: leftOf(call) };
    case "authorizing":
      return { ...base, tone: "ivr", icon: "card", title: t("カード与信中"), time: elapsed, line: t("カード会社の応答を待っています"), quiet: true, left: leftOf(call) };
    case "returning":
      return { ...base, tone: "back", icon: "back", title: t("オペレータへ通話戻し中"), time: elapsed, line: t("内線を呼び出しています"), left: outcomeName(call.outcome) };
    case "ended":
      return { ...base, ...outcomeLook(call), time: clockTime(call.stateAtMs), line: t("通話は終了しました"), quiet: true };
    default:
      return { ...base, ...outcomeLook(call), ...resultLines(call, elapsed) };
  }
}

function outcomeLook({ outcome }: Call): Pick<CardText, "tone" | "icon" | "title"> {
  if (outcome === "ok") return { tone: "ok", icon: "ok", title: t("決済OK") };
  if (outcome === "ng") return { tone: "ng", icon: "ng", title: t("決済NG") };
  if (outcome === "hold") return { tone: "hold", icon: "hold", title: t("結果確認中(保留)") };
  return { tone: "idle", icon: "phone", title: t("通話終了") };
}

function resultLines(call: Call, elapsed: string): Pick<CardText, "time" | "line" | "left"> {
  if (call.outcome === "hold") return { time: elapsed, line: t("決済結果を確認しています"), left: "" };
  const time = clockTime(call.stateAtMs);
  if (call.outcome === "ng" && call.cardsLeft > 0) return { time, line: t("別のカードで続けられます"), left: leftOf(call) };
  return { time, line: t("お客様へ結果を案内しています"), left: "" };
}

/** Entries are counted while a field is open; elsewhere only the cards. */
function leftOf({ retriesLeft, cardsLeft }: Call): string {
  return retriesLeft > 0 ? t("残り 再入力{n}回 カード{cards}枚", { n: retriesLeft, cards: cardsLeft }) : t("残り カード{cards}枚", { cards: cardsLeft });
}

function brandOf({ brand, last4 }: Call): string {
  return cardName(brand, last4);
}

/** cardName is a card as far as it may be known: 「VISA …4242」, or empty. */
export function cardName(brand: string, last4: string): string {
  return last4 === "" ? brand : `${brand} …${last4}`.trim();
}

/** dots stands for digits that were keyed, in groups of four; never which. */
export function dots(count: number): string {
  return "●".repeat(count).replace(/(●{4})(?=●)/g, "$1 ");
}
