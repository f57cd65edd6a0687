// 照会: what was asked about orders on hold, and what came of it.
import type { Inquired } from "$lib/backend/types";
import { clockTime } from "./countdown";
import { outcomeName } from "./words";
import { t } from "$lib/words/index.svelte";

export interface Inquiry {
  /** an inquiry is under way. */
  asking: boolean;
  answer: Inquired | null;
}

/** Inquiries are by transaction ID. */
export type Inquiries = Readonly<Record<string, Inquiry>>;

export type InquiryEvent =
  | { type: "asked"; transactionId: string }
  | { type: "answered"; answer: Inquired }
  | { type: "failed"; transactionId: string }
  | { type: "loggedOut" };

export function reduceInquiries(state: Inquiries, event: InquiryEvent): Inquiries {
  switch (event.type) {
    case "asked":
      return { ...state, [event.transactionId]: { asking: true, answer: state[event.transactionId]?.answer ?? null } };
    case "answered":
      return { ...state, [event.answer.transactionId]: { asking: false, answer: event.answer } };
    case "failed":
      return { ...state, [event.transactionId]: { asking: false, answer: state[event.transactionId]?.answer ?? null } };
    case "loggedOut":
      return {};
  }
}

/** inquiryText is the line about the last inquiry; empty where there was none. */
export function inquiryText(inquiry: Inquiry | undefined): string {
  if (!inquiry) return "";
  if (inquiry.asking) return t("照会しています");
  if (!inquiry.answer) return "";
  const { outcome, atMs } = inquiry.answer;
  return outcome === "hold" ? t("前回の照会 {time}", { time: clockTime(atMs) }) : t("照会の結果 {outcome}", { outcome: outcomeName(outcome) });
}

/** inquiryFact is the same for the list of facts in a dialog, in full. */
export function inquiryFact(inquiry: Inquiry | undefined): [name: string, value: string] | null {
  if (!inquiry) return null;
  if (inquiry.asking) return ["照会", t("カード会社に照会しています")];
  if (!inquiry.answer) return null;
  const { outcome, atMs, code, message } = inquiry.answer;
  if (outcome === "hold") return ["照会", t("{time} まだ確定していません", { time: clockTime(atMs) })];
  return ["照会", [outcomeName(outcome), code, t(message)].filter((part) => part !== "").join(" ")];
}
