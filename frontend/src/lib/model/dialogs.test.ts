import { describe, expect, it, test } from "vitest";
import { call } from "$lib/backend/samples";
import { shared } from "$lib/testing/shared";
import { fromNotice, reduceDialogs, type NoticeDialog } from "./dialogs";
import * as words from "./words";

const notice = (messageId: string, transactionId = "") => ({ messageId, message: "…", callId: "a", transactionId });
const opened = (id: string, value = ""): { type: "opened"; dialog: NoticeDialog } => ({
  type: "opened",
  dialog: { id, text: "", explanation: "", facts: value ? [["取引ID", value]] : [], transactionId: value, reference: "" },
});

describe("F301 says why", () => {
  it("when the window ran out", () => {
    const over = call("a", { state: "ended", arrivedAtMs: 0, stateAtMs: 20_000 });
    expect(fromNotice(notice("F301"), over, 20, true).explanation).toContain("20秒以内に送信がなかったため");
  });

  it("and speaks of the form only where something was entered", () => {
    const over = call("a", { state: "ended", arrivedAtMs: 0, stateAtMs: 20_000 });
    expect(fromNotice(notice("F301"), over, 20, true).explanation).toContain("入力内容は残しています。");
    expect(fromNotice(notice("F301"), over, 20, false).explanation).not.toContain("入力内容");
  });

  it("when the caller hung up before", () => {
    const hungUp = call("a", { state: "ended", arrivedAtMs: 0, stateAtMs: 3000 });
    expect(fromNotice(notice("F301"), hungUp, 20, true).explanation).toContain("送信の前に通話が終了しました");
  });

  it("when the handover ran out, and then the form is not said to be kept", () => {
    const sent = call("a", { state: "ended", transactionId: "A" });
    const { explanation } = fromNotice(notice("F301"), sent, 20, true);
    expect(explanation).toContain("転送が完了する前に");
    expect(explanation).not.toContain("入力内容");
  });
});

test("a return call shows what was paid, with the last four at most", () => {
  const paid = call("a", { amount: 4980, brand: "VISA", last4: "4242", outcome: "ok" });
  expect(fromNotice(notice("I402", "A"), paid, 20, true).facts).toEqual([["取引ID", "A"], ["決済金額", "4,980円・1回"], ["カード", "VISA …4242"]]);
});

describe("the queue", () => {
  it("shows one after the other", () => {
    const two = [opened("F301"), opened("I402", "A")].reduce(reduceDialogs, []);
    expect(two.map((d) => d.id)).toEqual(["F301", "I402"]);
    expect(reduceDialogs(two, { type: "closed" }).map((d) => d.id)).toEqual(["I402"]);
    expect(reduceDialogs(two, { type: "loggedOut" })).toEqual([]);
  });

  it("does not pile up the same dialog, but keeps two of different orders", () => {
    expect([opened("E309"), opened("E309")].reduce(reduceDialogs, [])).toHaveLength(1);
    expect([opened("W406", "A"), opened("W406", "B")].reduce(reduceDialogs, [])).toHaveLength(2);
  });
});

test("sentences are spelled as in shared/message", () => {
  const sources = ["dialog.go", "header.go", "session.go"]
    .map((file) => shared(`message/${file}`))
    .join();
  const { dialogs, headerReady, headerSend, headerLost, passwordMismatch, passwordOld } = words;
  for (const sentence of [...Object.values(dialogs), headerReady, headerSend, headerLost, passwordMismatch, passwordOld]) {
    expect(sources).toContain(JSON.stringify(sentence));
  }
});
