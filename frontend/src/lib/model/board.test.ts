import { describe, expect, it, test } from "vitest";
import type { Row } from "$lib/backend/types";
import { call } from "$lib/backend/samples";
import { emptyBoard, endedCardMs, liveCount, paidIDs, placeRow, reduceBoard, seats, windowCall, type Board } from "./board";

const row = (callId: string, number: number, atMs: number): Row => ({
  callId, number, atMs, operatorId: "", transactionId: "", point: `${callId}${number}`, result: "", code: "", message: "", ends: false,
});
const result = (transactionId: string, outcome: string) => ({
  callId: transactionId, atMs: 0, operatorId: "", transactionId, amount: 1, paymentCount: "1", outcome, code: "", message: "", brand: "", last4: "",
});
const points = (rows: readonly Row[]) => rows.map((r) => r.point).join(" ");
const withCalls = (board: Board, ...calls: ReturnType<typeof call>[]) =>
  calls.reduce((b, c) => reduceBoard(b, { type: "change", change: { seq: b.seq + 1, serverAtMs: 0, call: c } }), board);
const ids = (board: Board) => seats(board).map((c) => c?.id ?? "-").join(" ");

test.each([
  ["in order", [row("a", 1, 10), row("a", 2, 20), row("b", 1, 30)], "a1 a2 b1"],
  ["a late row of the same call", [row("a", 2, 20), row("b", 1, 30), row("a", 1, 10)], "a1 a2 b1"],
  ["late by number, though its time says otherwise", [row("a", 2, 20), row("b", 1, 15), row("a", 1, 25)], "b1 a1 a2"],
  ["between rows of other calls by time", [row("a", 1, 10), row("a", 2, 30), row("b", 1, 20)], "a1 b1 a2"],
  ["twice the same row", [row("a", 1, 10), row("b", 1, 20), row("a", 1, 10)], "a1 b1"],
  ["equal times stay in order of arrival", [row("a", 1, 10), row("b", 1, 10)], "a1 b1"],
])("placeRow: %s", (_, arriving, want) => {
  expect(points(arriving.reduce<Row[]>(placeRow, []))).toBe(want);
});

describe("snapshot", () => {
  it("replaces everything, and an empty list that came as null is empty", () => {
    const nothing = { seq: 9, serverAtMs: 0, calls: null!, rows: null!, results: null! };
    const board = reduceBoard(withCalls(emptyBoard, call("a", {})), { type: "snapshot", snapshot: nothing });
    expect(board).toEqual({ live: true, seq: 9, calls: [], callSeq: {}, slots: {}, rows: [], results: [] });
  });

  it("keeps the slots of calls that go on, after a lost link", () => {
    const before = withCalls(emptyBoard, call("a", {}), call("b", {}));
    const snapshot = { seq: 9, serverAtMs: 0, calls: [call("b", {})], rows: [], results: [] };
    expect(ids(reduceBoard(before, { type: "snapshot", snapshot }))).toBe("- b");
  });
});

test("a change that the snapshot already has is not played again", () => {
  const snapshot = { seq: 5, serverAtMs: 0, calls: [call("a", { state: "expiry" })], rows: [], results: [] };
  const board = reduceBoard(emptyBoard, { type: "snapshot", snapshot });
  const late = (seq: number) => reduceBoard(board, { type: "change", change: { seq, serverAtMs: 0, call: call("a", { state: "cardNumber" }) } });
  expect(late(5)).toBe(board);
  expect(late(6).calls[0]!.state).toBe("cardNumber");
  // A server that was started again numbers anew: its snapshot counts, whatever its number.
  expect(reduceBoard(board, { type: "snapshot", snapshot: { ...snapshot, seq: 1 } }).seq).toBe(1);
});

test("changes that overtook each other lose no row, and the newest picture of a call stays", () => {
  const change = (seq: number, parts: object) => ({ type: "change", change: { seq, serverAtMs: 0, ...parts } }) as const;
  const events = [
    change(3, { row: row("a", 2, 5) }),
    change(4, { call: call("a", { state: "result" }) }),
    change(2, { call: call("a", { state: "authorizing" }) }),
    change(1, { row: row("a", 1, 5) }),
  ];
  const board = events.reduce(reduceBoard, emptyBoard);
  expect(board.rows.map((r) => r.number)).toEqual([1, 2]);
  expect(board.calls.map((c) => c.state)).toEqual(["result"]);
});

describe("cards", () => {
  it("keep their slot for life; a new call takes the lowest that is free", () => {
    let board = withCalls(emptyBoard, call("a", {}), call("b", {}), call("c", {}));
    board = withCalls(board, call("a", { state: "ended", transactionId: "A", stateAtMs: 0 }));
    expect(ids(board)).toBe("a b c");
    board = reduceBoard(board, { type: "clock", nowMs: endedCardMs - 1 });
    expect(ids(board)).toBe("a b c");
    board = reduceBoard(board, { type: "clock", nowMs: endedCardMs });
    expect(ids(board)).toBe("- b c");
    expect(ids(withCalls(board, call("d", {})))).toBe("d b c");
  });

  it("of calls that ended before their order leave at once", () => {
    expect(ids(withCalls(emptyBoard, call("a", { state: "ended" })))).toBe("");
  });

  it("are counted while their call lives", () => {
    expect(liveCount(withCalls(emptyBoard, call("a", {}), call("b", { state: "ended" })))).toBe(1);
  });
});

test("the call in its send window is found", () => {
  const board = withCalls(emptyBoard, call("a", { state: "expiry" }), call("b", { state: "sendWindow" }));
  expect(windowCall(board)?.id).toBe("b");
});

test("only what was paid counts as paid", () => {
  const results = ["ok", "ng", "hold"].map((outcome) => result(outcome, outcome));
  expect([...paidIDs({ ...emptyBoard, results })]).toEqual(["ok"]);
});

test("a result that is settled later replaces the open one", () => {
  const change = (seq: number, outcome: string) => ({ type: "change", change: { seq, serverAtMs: 0, result: result("A", outcome) } }) as const;
  const board = reduceBoard(reduceBoard(emptyBoard, change(1, "hold")), change(2, "ok"));
  expect(board.results.map((r) => r.outcome)).toEqual(["ok"]);
});
