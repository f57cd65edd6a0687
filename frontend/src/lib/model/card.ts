// What the card of a live call says in its five lines.
import type { Call } from "$lib/backend/types";
import { clockTime, duration, elapsedSeconds, secondsLeft } from "./countdown";
import { outcomeName } from "./words";

export type Tone = "send" | "hand" | "ivr" | "ok" | "ng" | "hold" | "back" | "idle";
export type CardIcon = "timer" | "forwarded" | "call" | "card" | "ok" | "ng" | "hold" | "back" | "phone";

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
  const remaining = `残り${secondsLeft(call.deadlineAtMs, nowMs)}秒`;
  const elapsed = duration(elapsedSeconds(call.stateAtMs, nowMs));
  const base = { digits: null, line: "", quiet: false, brand: brandOf(call), detail: "", left: "" };
  const field = fieldNames[call.state];
  if (field) {
    const detail = base.brand === "" ? "ブランド未確定" : "";
    const digits = { label: field[1], count: call.digits };
    return { ...base, tone: "ivr", icon: "call", title: field[0], time: elapsed, digits, detail, left: leftOf(call) };
  }
  switch (call.state) {
    case "sendWindow":
      return { ...base, tone: "send", icon: "timer", title: "送信待ち", time: remaining, line: "IVRに着信しました", quiet: true, detail: `着信 ${clockTime(call.arrivedAtMs)}` };
    case "handover":
      return { ...base, tone: "hand", icon: "forwarded", title: "転送操作中", time: remaining, line: "電話機の「1」を押してください", detail: `送信 ${clockTime(call.stateAtMs)}・応答待ち` };
    case "ringback":
      return { ...base, tone: "hand", icon: "forwarded", title: "転送操作中", time: elapsed, line: "電話機で転送を完了してください", detail: "呼び出し音が流れています" };
    case "greeting":
      return { ...base, tone: "ivr", icon: "call", title: "お客様への案内中", time: elapsed, line: "決済内容を案内しています", quiet: true, left: leftOf(call) };
    case "authorizing":
      return { ...base, tone: "ivr", icon: "card", title: "カード与信中", time: elapsed, line: "カード会社の応答を待っています", quiet: true, left: leftOf(call) };
    case "returning":
      return { ...base, tone: "back", icon: "back", title: "オペレータへ通話戻し中", time: elapsed, line: "内線を呼び出しています", left: outcomeName(call.outcome) };
    case "ended":
      return { ...base, ...outcomeLook(call), time: clockTime(call.stateAtMs), line: "通話は終了しました", quiet: true };
    default:
      return { ...base, ...outcomeLook(call), ...resultLines(call, elapsed) };
  }
}

function outcomeLook({ outcome }: Call): Pick<CardText, "tone" | "icon" | "title"> {
  if (outcome === "ok") return { tone: "ok", icon: "ok", title: "決済OK" };
  if (outcome === "ng") return { tone: "ng", icon: "ng", title: "決済NG" };
  if (outcome === "hold") return { tone: "hold", icon: "hold", title: "結果確認中(保留)" };
  return { tone: "idle", icon: "phone", title: "通話終了" };
}

function resultLines(call: Call, elapsed: string): Pick<CardText, "time" | "line" | "left"> {
  if (call.outcome === "hold") return { time: elapsed, line: "決済結果を確認しています", left: "" };
  const time = clockTime(call.stateAtMs);
  if (call.outcome === "ng" && call.cardsLeft > 0) return { time, line: "別のカードで続けられます", left: leftOf(call) };
  return { time, line: "お客様へ結果を案内しています", left: "" };
}

/** Entries are counted while a field is open; elsewhere only the cards. */
function leftOf({ retriesLeft, cardsLeft }: Call): string {
  return retriesLeft > 0 ? `残り 再入力${retriesLeft}回 カード${cardsLeft}枚` : `残り カード${cardsLeft}枚`;
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
