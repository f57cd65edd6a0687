// The dialogs with a number (I402, F301, …): shown one after the other, in the
// order in which they came.
import type { Call, Notice } from "$lib/backend/types";
import { clockTime } from "./countdown";
import { cardName } from "./card";
import { paymentCountLabel, yen } from "./order";
import { sentences, t } from "$lib/words/index.svelte";

export interface NoticeDialog {
  id: string;
  text: string;
  /** what happened and what to do next, in one or two sentences. */
  explanation: string;
  facts: readonly [name: string, value: string][];
  /** the order it is about; empty when it is about none. */
  transactionId: string;
  /** a reference number to read out; empty when there is none. */
  reference: string;
}

export type DialogEvent = { type: "opened"; dialog: NoticeDialog } | { type: "closed" } | { type: "loggedOut" };

export function reduceDialogs(state: readonly NoticeDialog[], event: DialogEvent): readonly NoticeDialog[] {
  switch (event.type) {
    case "opened":
      return sameAsLast(state, event.dialog) ? state : [...state, event.dialog];
    case "closed":
      return state.slice(1);
    case "loggedOut":
      return [];
  }
}

// A link that keeps failing must not pile up the same dialog.
function sameAsLast(state: readonly NoticeDialog[], dialog: NoticeDialog): boolean {
  const last = state.at(-1);
  return last !== undefined && last.id === dialog.id && JSON.stringify(last.facts) === JSON.stringify(dialog.facts);
}

/**
 * fromNotice makes the dialog for what the server announced; call is the picture of its
 * call, if there is one, and filled tells whether the form holds anything.
 */
export function fromNotice({ messageId, message, transactionId }: Notice, call: Call | undefined, windowSeconds: number, filled: boolean): NoticeDialog {
  return {
    id: messageId,
    text: message,
    explanation: explanations[messageId]?.(call, windowSeconds, filled) ?? "",
    facts: messageId === "F301" ? [] : factsOf(messageId, transactionId, call),
    transactionId,
    reference: "",
  };
}

const again = "お客様との通話をいったん戻し、もう一度転送してください。";

const explanations: Record<string, (call: Call | undefined, windowSeconds: number, filled: boolean) => string> = {
  F301: (call, windowSeconds, filled) => {
    if (call && call.transactionId !== "") return sentences("転送が完了する前に通話が終了しました。", again);
    const ranOut = call !== undefined && call.stateAtMs >= call.arrivedAtMs + windowSeconds * 1000;
    const why = ranOut ? t("{n}秒以内に送信がなかったため、通話を終了しました。", { n: windowSeconds }) : t("送信の前に通話が終了しました。");
    return sentences(why, again, filled ? "入力内容は残しています。" : "");
  },
};

function factsOf(messageId: string, transactionId: string, call: Call | undefined): NoticeDialog["facts"] {
  const facts: [string, string][] = [["取引ID", transactionId]];
  if (!call) return facts;
  // The notice may come before the picture that says so: the dialog's own ID decides.
  if (messageId === "W406") {
    facts.push(["決済金額", yen(call.amount)]);
    facts.push(["確認開始", t("{time}(サーバが自動で照会を続けます)", { time: clockTime(call.stateAtMs) })]);
    return facts;
  }
  if (call.amount > 0) facts.push(["決済金額", `${yen(call.amount)}・${paymentCountLabel(call.paymentCount)}`]);
  if (call.last4 !== "") facts.push(["カード", cardName(call.brand, call.last4)]);
  return facts;
}
