import { describe, expect, it } from "vitest";
import { call } from "$lib/backend/samples";
import { noAttention, openWindow, reduceWindow, type Attention, type WindowEvent } from "./window";

const calls = (id: string | null, newKey = "", atMs = 0): WindowEvent => ({
  type: "calls",
  waiting: id === null ? undefined : call(id, { deadlineAtMs: 20_000 }),
  newKey,
  atMs,
});
const after = (...events: WindowEvent[]): Attention => events.reduce(reduceWindow, noAttention);

describe("the send window", () => {
  it("opens with the key it was given and keeps it for every attempt", () => {
    const state = after(calls("a", "k1"), { type: "sending" }, { type: "failed" }, calls("a", "k2"));
    expect(openWindow(state)).toMatchObject({ callId: "a", key: "k1", phase: "open" });
  });

  it("of another call has another key", () => {
    expect(openWindow(after(calls("a", "k1"), calls("b", "k2")))).toMatchObject({ callId: "b", key: "k2" });
  });

  it("is over at once when the order is sent, even while the old picture is still there", () => {
    const state = after(calls("a", "k1"), { type: "sending" }, { type: "closed", atMs: 7 }, calls("a", "k2", 9));
    expect(openWindow(state)).toBeNull();
    expect(state.readySinceMs).toBe(7);
  });

  it("lets only one request out at a time", () => {
    const sending = after(calls("a", "k1"), { type: "sending" });
    expect(reduceWindow(sending, { type: "sending" })).toBe(sending);
  });

  it("starts the wait when the call has gone", () => {
    expect(after(calls("a", "k1"), calls(null, "", 30_000))).toEqual({ window: null, readySinceMs: 30_000 });
  });

  it("does not start the wait again when the call of a sent order goes on", () => {
    const state = after(calls("a", "k1"), { type: "closed", atMs: 7 }, calls(null, "", 9));
    expect(state.readySinceMs).toBe(7);
  });
});
