import { describe, expect, it, test } from "vitest";
import { duration, elapsedSeconds, secondsLeft, spoken, tickCount, untilNextTick } from "./countdown";

test.each([
  [20_000, 20], [19_999, 20], [19_001, 20], [19_000, 19], [1, 1], [0, 0], [-5000, 0],
])("with %i ms left %i is shown", (left, want) => {
  expect(secondsLeft(100_000 + left, 100_000)).toBe(want);
});

test.each([[0, 0], [999, 0], [1000, 1], [-10, 0]])("after %i ms %i is shown", (past, want) => {
  expect(elapsedSeconds(100_000, 100_000 + past)).toBe(want);
});

describe("untilNextTick", () => {
  it("wakes exactly when a shown number changes", () => {
    const deadline = 100_000;
    const now = deadline - 14_300;
    expect(secondsLeft(deadline, now)).toBe(15);
    const wait = untilNextTick([deadline], now);
    expect(secondsLeft(deadline, now + wait - 1)).toBe(15);
    expect(secondsLeft(deadline, now + wait)).toBe(14);
  });

  it("takes the earliest of several and never waits 0", () => {
    expect(untilNextTick([100_000, 100_250], 99_500)).toBe(500);
    expect(untilNextTick([100_000, 100_250], 99_200)).toBe(50);
    expect(untilNextTick([100_000], 100_000)).toBe(1000);
    expect(untilNextTick([], 5)).toBe(1000);
  });
});

test.each([
  [null, 20, "20秒以内に決済情報を送信してください。"],
  [null, 17, "17秒以内に決済情報を送信してください。"],
  [20, 19, ""],
  [11, 10, "残り10秒です。"],
  [12, 9, "残り9秒です。"],
  [6, 5, "残り5秒です。"],
  [5, 4, ""],
  [1, 0, ""],
])("from %s to %i the voice says %j", (before, seconds, want) => {
  expect(spoken(before, seconds)).toBe(want);
});

test.each([[20, 20], [15, 15], [1, 1], [0, 0], [25, 20]])("%i s of 20 light %i ticks", (seconds, want) => {
  expect(tickCount(seconds, 20, 20)).toBe(want);
});

test("a window of 30 s ends with its last tick", () => {
  expect([tickCount(30, 30, 20), tickCount(1, 30, 20), tickCount(0, 30, 20)]).toEqual([20, 1, 0]);
});

test.each([[0, "00:00"], [192, "03:12"], [3600, "01:00:00"], [7865, "02:11:05"]])("%i s reads %s", (seconds, want) => {
  expect(duration(seconds)).toBe(want);
});
