import { describe, expect, it, test } from "vitest";
import { results } from "$lib/backend/samples";
import { addressProblem } from "./address";
import { fingerprintLines } from "./fingerprint";
import { hintOf, keysHint, type HintInput } from "./hint";
import { matching, totals } from "./history";
import { passwordRules } from "./password";
import { elementOf, firstSight, mostRows, outcomeOf, rowsInSight, scrolledTo, spareRows, widened } from "./rows";
import { soundOf, type Heard } from "./sound";

describe("history", () => {
  it("counts all, whatever is typed", () => {
    expect(totals(results)).toEqual({ ok: 6, ng: 2, hold: 0, paid: 225_230 });
  });

  test.each([
    ["", 8], ["0041", 1], ["ord-", 8], ["4242", 1], ["3,280", 2], ["３２８０", 2], ["nothing", 0],
  ])("%j finds %i", (typed, count) => expect(matching(results, typed)).toHaveLength(count));

  it("is newest first", () => expect(matching(results, "")[0]?.last4).toBe("1881"));
});

describe("hint under 送信", () => {
  const calm: HintInput = { problems: 0, missing: false, lost: false, windowOpen: false, sending: false, cleared: false, interrupted: false, api: false };
  test.each<[Partial<HintInput>, string]>([
    [{}, "IVRへ転送すると送信できます"],
    [{ windowOpen: true }, keysHint],
    [{ windowOpen: true, missing: true }, "未入力の項目"],
    [{ windowOpen: true, missing: true, api: true }, "まだCTI/CRMから"],
    [{ missing: true }, "IVRへ転送すると"],
    [{ windowOpen: true, problems: 2 }, "赤字の2項目"],
    [{ windowOpen: true, lost: true }, "接続が戻るまで"],
    [{ interrupted: true }, "もう一度転送すると"],
    [{ cleared: true, interrupted: true }, "Ctrl+Z"],
    [{ api: true }, "CTI/CRM"],
  ])("%o", (changes, want) => expect(hintOf({ ...calm, ...changes })).toContain(want));
});

describe("password rules", () => {
  const states = (password: string, repeat = "") => passwordRules(password, repeat).map((rule) => rule.state).join(" ");
  test.each([
    ["", "", "open open open open open"],
    ["tsunagi-7", "", "met met met open open"],
    ["tsunagi-7", "tsunagi-8", "met met met unmet open"],
    ["tsunagi-7", "tsunagi-7", "met met met met open"],
    ["short", "", "unmet met unmet open open"],
    ["a1".repeat(16), "", "unmet met met open open"],
    ["パスワード12345a", "", "met met met unmet open open"],
  ])("%j, %j: %s", (password, repeat, want) => expect(states(password, repeat)).toBe(want));
});

test("a fingerprint is read in groups of four, eight to a line", () => {
  expect(fingerprintLines("3f9a21c7".repeat(8))).toEqual(Array(2).fill(Array(4).fill("3F9A 21C7").join(" ")));
});

test.each([
  ["tsunagi.example.local:8443", true], ["192.0.2.1:8443", true], ["[2001:db8::1]:8443", true],
  ["", false], ["tsunagi", false], ["tsunagi:0", false], ["tsunagi:70000", false], ["https://tsunagi:8443", false],
])("address %j is fine: %s", (address, fine) => expect(addressProblem(address) === "").toBe(fine));

test.each([
  ["OK", "", false, "ok"], ["NG", "", false, "ng"], ["保留", "", false, "hold"], ["", "01.転送完了トップ", false, ""],
  ["", "【決済OK】IVRとの通話が終了しました。", true, "ok"], ["", "【決済NG】転送に失敗しました。", true, "ng"],
  ["", "【決済保留】転送に失敗しました。", true, "hold"],
])("row %j %j comes out as %4$j", (result, point, ends, want) => {
  expect(outcomeOf({ callId: "", number: 1, atMs: 0, operatorId: "", transactionId: "", point, result, code: "", message: "", ends })).toBe(want);
});

describe("sound", () => {
  const ready: Heard = { band: { kind: "ready", seconds: 0, elapsed: 0 }, results: 3, last: "ok" };
  const send = (seconds: number): Heard => ({ ...ready, band: { kind: "send", seconds, elapsed: 0 } });
  const lost = (elapsed: number): Heard => ({ ...ready, band: { kind: "lost", seconds: 0, elapsed } });
  test.each<[string, Heard, Heard, boolean, string | null]>([
    ["a window opens", ready, send(20), false, "open"],
    ["a window opens under the eye", ready, send(20), true, null],
    ["10 s", send(11), send(10), false, "ten"],
    ["9 s", send(10), send(9), false, null],
    ["5 s, even under the eye", send(6), send(5), true, "tick"],
    ["0 s", send(1), send(0), false, null],
    ["paid", ready, { ...ready, results: 4 }, false, "ok"],
    ["not paid", ready, { ...ready, results: 4, last: "ng" }, false, "ng"],
    ["the results of the day arrive at login", soundOf.start, ready, false, null],
    ["lost", ready, lost(0), false, "lost"],
    ["still lost", lost(28), lost(29), false, null],
    ["lost for 30 s", lost(29), lost(30), false, "lost"],
  ])("%s", (_, before, now, attentive, want) => expect(soundOf.between(before, now, attentive)).toBe(want));
});

describe("the rows that are drawn", () => {
  test.each([
    ["few rows are drawn whole", 11, 0, [0, 11]],
    ["none", 0, 0, [0, 0]],
    ["at the top", 10_000, 0, [0, 44]],
    ["a step further nothing changes", 10_000, 7 * 32, [0, 44]],
    ["in the middle there are some at both sides", 10_000, 5000 * 32, [4976, 5044]],
    ["at the bottom the last is there", 10_000, (10_000 - 12) * 32, [9956, 10_000]],
    ["scrolled further than there are rows", 20, 5000 * 32, [0, 20]],
  ] as const)("%s", (_, count, scrolledPx, want) => {
    expect(rowsInSight(count, 32, { scrolledPx, spare: spareRows }, 12 * 32)).toEqual(want);
  });

  test("hold whatever is in sight, wherever the list is scrolled to", () => {
    for (let scrolledPx = 0; scrolledPx < 400 * 32; scrolledPx += 7) {
      for (const spare of [0, spareRows]) {
        const [from, to] = rowsInSight(412, 32, { scrolledPx, spare }, 12 * 32);
        expect(from * 32).toBeLessThanOrEqual(scrolledPx);
        expect(to * 32).toBeGreaterThanOrEqual(Math.min(412 * 32, scrolledPx + 12 * 32));
      }
    }
  });

  test("have an element each, which they keep when newer ones come", () => {
    const pool = mostRows(32, 12 * 32);
    for (let scrolledPx = 0; scrolledPx < 400 * 32; scrolledPx += 7) {
      const [from, to] = rowsInSight(412, 32, { scrolledPx, spare: spareRows }, 12 * 32);
      const places = Array.from({ length: to - from }, (_, i) => from + i);
      expect(new Set(places.map((place) => elementOf(place, 412, pool))).size).toBe(places.length);
    }
    expect(elementOf(103, 415, pool)).toBe(elementOf(100, 412, pool));
    expect(elementOf(100 + pool, 412, pool)).toBe(elementOf(100, 412, pool));
  });

  test("are those in sight alone after a leap, and the others soon after", () => {
    const turned = scrolledTo(firstSight, 400, 32);
    expect(turned).toEqual({ scrolledPx: 400, spare: spareRows });
    let sight = scrolledTo(turned, 160_000, 32);
    expect(rowsInSight(10_000, 32, sight, 12 * 32)).toEqual([5000, 5020]);
    sight = scrolledTo(sight, 160_400, 32);
    expect(sight.spare).toBe(0);
    for (let frame = 0; frame < 10; frame++) sight = widened(sight);
    expect(rowsInSight(10_000, 32, sight, 12 * 32)).toEqual([4984, 5052]);
  });
});
