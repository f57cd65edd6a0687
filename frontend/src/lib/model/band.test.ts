import { expect, test } from "vitest";
import { call } from "$lib/backend/samples";
import { bandOf, type BandInput } from "./band";
import { headerLost, headerReady, headerSend } from "./words";

const window = { callId: "a", key: "k", deadlineAtMs: 20_000, arrivedAtMs: 0, phase: "open" } as const;
const input: BandInput = { lostSinceMs: null, linkMessage: "", attention: { window: null, readySinceMs: 0 }, calls: [], windowSeconds: 20, nowMs: 5000 };

test("ready: the first sentence, and how long it has been so", () => {
  expect(bandOf(input)).toMatchObject({ kind: "ready", message: headerReady, stopwatch: "待機時間", elapsed: 5 });
});

test("ready: the length of the window is the merchant's", () => {
  expect(bandOf({ ...input, windowSeconds: 30 }).next).toContain("30秒の送信時間");
});

test("send: seconds left and since the call came", () => {
  const band = bandOf({ ...input, attention: { window, readySinceMs: 0 } });
  expect(band).toMatchObject({ kind: "send", seconds: 15, urgent: false, message: headerSend, elapsed: 5 });
});

test.each([[14_000, 6, false], [14_001, 6, false], [15_000, 5, true], [20_500, 0, true]])("at %i ms: %i s, urgent %s", (nowMs, seconds, urgent) => {
  expect(bandOf({ ...input, nowMs, attention: { window, readySinceMs: 0 } })).toMatchObject({ seconds, urgent });
});

test("sent: green at once, the next step says 1", () => {
  const attention = { window: { ...window, phase: "closed" as const }, readySinceMs: 4000 };
  const sent = bandOf({ ...input, attention, calls: [call("a", { state: "handover", transactionId: "A" })] });
  expect(sent).toMatchObject({ kind: "ready", message: headerReady, elapsed: 1 });
  expect(sent.next).toContain("「1」");
});

test("a window that closed without an order does not claim it was sent", () => {
  const attention = { window: { ...window, phase: "closed" as const }, readySinceMs: 4000 };
  expect(bandOf({ ...input, attention, calls: [call("a", {})] }).next).not.toContain("送信しました");
});

test("lost wins over everything", () => {
  const band = bandOf({ ...input, lostSinceMs: 1500, linkMessage: "再接続中(3回目)。", attention: { window, readySinceMs: 0 } });
  expect(band).toMatchObject({ kind: "lost", message: headerLost, stopwatch: "切断から", elapsed: 3 });
  expect(band.next).toContain("再接続中(3回目)");
});
