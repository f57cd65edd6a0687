import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it, test } from "vitest";
import { shared } from "$lib/testing/shared";
import { asWireError, classify, type Deed } from "./classify";

const kind = (code: string, deed: Deed, more = {}) => {
  const reaction = classify({ code, message: "…", ...more }, deed);
  return reaction.kind === "dialog" ? reaction.id : reaction.kind;
};
const refusals = [{ field: "amount", message: "…" }];

test.each<[code: string, deed: Deed, want: string]>([
  ["no_window", "send", "F303"],
  ["not_allowed", "send", "F303"],
  ["not_allowed", "ask", "E309"],
  ["unavailable", "send", "E309"],
  ["internal", "send", "E309"],
  ["bad_request", "ask", "E309"],
  ["something_new", "send", "E309"],
  ["session_lost", "send", "login"],
  ["auth_failed", "login", "inline"],
  ["locked", "login", "inline"],
  ["already_logged_in", "login", "inline"],
  ["access_restricted", "login", "inline"],
  ["internal", "login", "inline"],
  ["password_refused", "password", "inline"],
])("%s at %s: %s", (code, deed, want) => {
  expect(kind(code, deed)).toBe(want);
});

describe("an order that is refused", () => {
  it("shows its refusals at the fields", () => expect(kind("order_refused", "send", { refusals })).toBe("fields"));
  it("without any is not sent", () => expect(kind("order_refused", "send")).toBe("F303"));
});

test("F303 means that the window is over, E309 that it may still be open", () => {
  expect(classify({ code: "no_window", message: "" }, "send")).toMatchObject({ windowOver: true });
  expect(classify({ code: "unavailable", message: "" }, "send")).toMatchObject({ windowOver: false });
});

test("every code of shared/wire has a row of its own", () => {
  const source = shared("wire/frame.go");
  const codes = [...source.matchAll(/^\tCode\w+\s+Code = "(\w+)"/gm)].map((match) => match[1]!);
  expect(codes.length).toBeGreaterThan(10);
  const table = readFileSync(resolve(import.meta.dirname, "classify.ts"), "utf8");
  for (const code of codes) expect(table).toMatch(new RegExp(`^  ${code}:`, "m"));
});

test.each([
  ["an object", { code: "locked", message: "m" }, "locked"],
  ["its JSON", '{"code":"locked","message":"m"}', "locked"],
  ["an Error around that, as Wails does", new Error('{"code":"locked","message":"m"}'), "locked"],
  ["a sentence", "dial tcp: refused", "internal"],
  ["an Error around its JSON", new Error('{"code":"locked","message":"m"}'), "locked"],
  ["an Error", new Error("x"), "internal"],
  ["nothing", undefined, "internal"],
])("a request that rejects with %s", (_, reason, code) => {
  expect(asWireError(reason).code).toBe(code);
});
