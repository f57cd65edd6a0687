import { expect, test } from "vitest";
import { calls, operatorId, results, sampleNow } from "$lib/backend/samples";
import { emptyBoard } from "./board";
import { reasons, successRate, tilesOf } from "./floor";

const board = { ...emptyBoard, live: true };
const tile = (...own: (typeof calls)[keyof typeof calls][]) => tilesOf({ ...board, calls: own }, sampleNow)[0]!;

test("whoever had a call today has a tile, by ID, whatever the order of calls", () => {
  const of = (id: string) => ({ ...calls.enteringNumber, id, operatorId: id });
  expect(tilesOf({ ...board, calls: [of("c"), of("a")], results }, sampleNow).map((t) => t.operatorId)).toEqual(["a", "c", operatorId]);
});

test.each([
  ["the send window before all", [calls.enteringCode, calls.waiting], "send", "送信待ち", "残り15秒", "着信 16:08:35・ほか1件"],
  ["the handover", [calls.enteringCode, calls.handover], "hand", "転送操作中", "残り24秒", "電話機の「1」を押してください・ほか1件"],
  ["in the IVR, since it arrived", [calls.enteringCode], "ivr", "IVR通話中", "01:20", "セキュリティコード入力中"],
  ["the return call", [calls.returning], "back", "通話戻し", "00:04", "内線を呼び出しています"],
  ["a call that ended is none", [calls.timedOut], "idle", "通話なし", "", ""],
])("%s", (_, own, tone, title, time, line) => {
  expect(tile(...own)).toMatchObject({ tone, title, time, line });
});

test("without a call the last result is said, and open ones are counted", () => {
  const held = { ...results[0]!, outcome: "hold" };
  expect(tilesOf({ ...board, results: [held, results.at(-1)!] }, sampleNow)[0]).toMatchObject({ line: "直近 16:03:14 決済OK", holds: 1 });
});

test("the figures", () => {
  expect([successRate(0, 0), successRate(6, 2), successRate(128, 17)]).toEqual(["", "75.0", "88.3"]);
  const again = { ...results[3]!, callId: "99" };
  expect(reasons([...results, again], 1)).toEqual([["カード情報の入力回数を超えました", 2]]);
  expect(reasons([], 5)).toEqual([]);
});
