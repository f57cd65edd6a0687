import { expect, test } from "vitest";
import { call } from "$lib/backend/samples";
import type { Call } from "$lib/backend/types";
import { cardText, dots } from "./card";

const cardKnown = { brand: "VISA", last4: "4242" };

test.each<[Partial<Call>, tone: string, title: string, time: string, line: string]>([
  [{ state: "sendWindow", deadlineAtMs: 12_000 }, "send", "送信待ち", "残り12秒", "IVRに着信しました"],
  [{ state: "handover", deadlineAtMs: 24_000 }, "hand", "転送操作中", "残り24秒", "電話機の「1」を押してください"],
  [{ state: "ringback" }, "hand", "転送操作中", "00:04", "電話機で転送を完了してください"],
  [{ state: "greeting" }, "ivr", "お客様への案内中", "00:04", "決済内容を案内しています"],
  [{ state: "cardNumber", digits: 10 }, "ivr", "カード番号入力中", "00:04", ""],
  [{ state: "expiry", digits: 2 }, "ivr", "有効期限入力中", "00:04", ""],
  [{ state: "securityCode", digits: 2 }, "ivr", "セキュリティコード入力中", "00:04", ""],
  [{ state: "authorizing" }, "ivr", "カード与信中", "00:04", "カード会社の応答を待っています"],
  [{ state: "result", outcome: "ok" }, "ok", "決済OK", "clock", "お客様へ結果を案内しています"],
  [{ state: "result", outcome: "ng", cardsLeft: 2 }, "ng", "決済NG", "clock", "別のカードで続けられます"],
  [{ state: "result", outcome: "ng", cardsLeft: 0 }, "ng", "決済NG", "clock", "お客様へ結果を案内しています"],
  [{ state: "result", outcome: "hold" }, "hold", "結果確認中(保留)", "00:04", "決済結果を確認しています"],
  [{ state: "returning", outcome: "ok" }, "back", "オペレータへ通話戻し中", "00:04", "内線を呼び出しています"],
  [{ state: "ended", outcome: "ok" }, "ok", "決済OK", "clock", "通話は終了しました"],
  [{ state: "ended", outcome: "" }, "idle", "通話終了", "clock", "通話は終了しました"],
])("%o", (changes, tone, title, time, line) => {
  const text = cardText(call("a", { stateAtMs: -4000, ...changes }), 0);
  expect(text).toMatchObject({ tone, title, line });
  expect(text.time).toMatch(time === "clock" ? /^\d\d:\d\d:\d\d$/ : time);
});

test("digits are counted, never named; the card is unknown until it is accepted", () => {
  const entering = cardText(call("a", { state: "cardNumber", digits: 10 }), 0);
  expect(entering).toMatchObject({ digits: { label: "番号", count: 10 }, brand: "", detail: "ブランド未確定" });
  expect(cardText(call("a", { state: "expiry", ...cardKnown }), 0)).toMatchObject({ brand: "VISA …4242", detail: "" });
});

test("a state this program does not know is shown by its outcome", () => {
  expect(cardText(call("a", { state: "paused", outcome: "ok" }), 0).title).toBe("決済OK");
});

test.each([[0, ""], [2, "●●"], [4, "●●●●"], [10, "●●●● ●●●● ●●"]])("%i digits", (count, want) => {
  expect(dots(count)).toBe(want);
});
