// 照会: what was asked about orders on hold, and what came of it.
import type { Inquired } from "$lib/backend/types";
import { clockTime } from "./countdown";
import { outcomeName } from "./words";

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
  if (inquiry.asking) return "照会しています";
  if (!inquiry.answer) return "";
  const { outcome, atMs } = inquiry.answer;
  return outcome === "hold" ? `前回の照会 ${clockTime(atMs)}` : `照会の結果 ${outcomeName(outcome)}`;
}

/** inquiryFact is the same for the list of facts in a dialog, in full. */
export function inquiryFact(inquiry: Inquiry | undefined): [name: string, value: string] | null {
  if (!inquiry) return null;
  if (inquiry.asking) return ["照会", "カード会社に照会しています"];
  if (!inquiry.answer) return null;
  const { outcome, atMs, code, message } = inquiry.answer;
  if (outcome === "hold") return ["照会", `${clockTime(atMs)} まだ確定していません`];
  return ["照会", [outcomeName(outcome), code, message].filter((part) => part !== "").join(" ")];
}
