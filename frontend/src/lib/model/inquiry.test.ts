import { expect, test } from "vitest";
import { at } from "$lib/backend/samples";
import { inquiryFact, inquiryText, reduceInquiries, type InquiryEvent } from "./inquiry";

const answer = (outcome: string) => ({ transactionId: "A", outcome, code: "A001", message: "処理が成功しました。", atMs: at("16:09:20") });
const after = (...events: InquiryEvent[]) => events.reduce(reduceInquiries, {})["A"];
const asked = { type: "asked", transactionId: "A" } as const;

test.each<[string, InquiryEvent[], string, string | undefined]>([
  ["nothing asked", [], "", undefined],
  ["on its way", [asked], "照会しています", "カード会社に照会しています"],
  ["failed", [asked, { type: "failed", transactionId: "A" }], "", undefined],
  ["still open", [asked, { type: "answered", answer: answer("hold") }], "前回の照会 16:09:20", "16:09:20 まだ確定していません"],
  ["failed after an answer", [{ type: "answered", answer: answer("hold") }, asked, { type: "failed", transactionId: "A" }], "前回の照会 16:09:20", "16:09:20 まだ確定していません"],
  ["paid", [{ type: "answered", answer: answer("ok") }], "照会の結果 決済OK", "決済OK A001 処理が成功しました。"],
  ["not paid", [{ type: "answered", answer: { ...answer("ng"), code: "", message: "" } }], "照会の結果 決済NG", "決済NG"],
  ["of another user", [asked, { type: "loggedOut" }], "", undefined],
])("%s", (_, events, text, fact) => {
  expect(inquiryText(after(...events))).toBe(text);
  expect(inquiryFact(after(...events))?.[1]).toBe(fact);
});
