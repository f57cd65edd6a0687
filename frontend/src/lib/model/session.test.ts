import { describe, expect, it, test } from "vitest";
import { loggedOutState, session } from "$lib/backend/samples";
import { setLanguage } from "$lib/words/index.svelte";
import { initialClient, isLost, loginRemark, noticeOf, reduceSession, screenOf, userName, type SessionEvent } from "./session";

const started: SessionEvent = { type: "started", state: loggedOutState };
const after = (...events: SessionEvent[]) => events.reduce(reduceSession, initialClient);
const link = (phase: string, message = "") => ({ type: "link", link: { ...loggedOutState.link, phase, message } }) as const;
const entering = (changes: Partial<typeof session>) => ({ type: "loggedIn", session: { ...session, ...changes } }) as const;

test.each<[string, SessionEvent[]]>([
  ["starting", []],
  ["login", [started]],
  ["firstPassword", [started, entering({ passwordMustChange: true })]],
  ["operator", [started, entering({})]],
  ["supervisor", [started, entering({ user: { ...session.user, entrance: "supervisor" } })]],
  ["login", [started, entering({}), { type: "loggedOut", message: "" }]],
  ["operator", [{ type: "started", state: { ...loggedOutState, session } }]],
])("screen %s", (screen, events) => {
  expect(screenOf(after(...events))).toBe(screen);
});

describe("the remark of the login screen", () => {
  it("warns after a forced logout and reports a refusal", () => {
    expect(after(started, { type: "loggedOut", message: "強制", forced: true }).remark).toEqual({ tone: "warn", text: "強制" });
    expect(after(started, { type: "loginRefused", message: "認証" }).remark).toEqual({ tone: "err", text: "認証" });
  });

  it("goes with the next attempt and with a change of entrance", () => {
    const refused = after(started, { type: "loginRefused", message: "認証" });
    expect(reduceSession(refused, { type: "loginTyped" }).remark).toBeNull();
    expect(reduceSession(refused, { type: "entrance", entrance: "supervisor" })).toMatchObject({ remark: null, entrance: "supervisor" });
  });

  it("says what is wrong with the link when nothing else is said", () => {
    expect(loginRemark(after(started))).toBeNull();
    expect(loginRemark(after(started, link("idle")))?.text).toContain("接続し直せます");
    expect(loginRemark(initialClient)?.text).toContain("サーバを設定してください");
    expect(loginRemark(after(started, link("lost", "届きません")))?.text).toBe("届きません");
    expect(loginRemark(after(started, link("refused")))?.text).toContain("接続できません");
  });
});

describe("a notice about the start", () => {
  const damaged: SessionEvent = { type: "started", state: { ...loggedOutState, notice: "設定を戻しました。" } };

  it("stands on the login screen, before what is wrong with the link; a refusal goes first", () => {
    expect(loginRemark(after(damaged))).toEqual({ tone: "warn", text: "設定を戻しました。" });
    expect(loginRemark(after(damaged, link("idle")))?.text).toMatch(/^設定を戻しました。.*接続し直せます/);
    expect(loginRemark(after(damaged, { type: "loginRefused", message: "認証" }))?.text).toBe("認証");
  });

  it("stands there while the server cannot be reached, too", () => {
    expect(loginRemark(after(damaged, link("lost", "届きません")))?.text).toBe("設定を戻しました。届きません");
  });

  it("says each of its sentences in the language of the screens", () => {
    const noKeyring = "この端末ではキーリング(資格情報の保管庫)を使えません。サーバの指紋とログイン状態は、このユーザだけが読めるファイルに保存します。";
    const state = { ...loggedOutState, notice: `設定ファイルが壊れていたため、初期設定に戻しました。\n${noKeyring}` };
    const begun = after({ type: "started", state });
    setLanguage("en");
    try {
      expect(loginRemark(begun)?.text).toMatch(/^The settings file was damaged.* This computer has no keyring\./);
      expect(noticeOf(begun)).toBe(loginRemark(begun)?.text);
    } finally {
      setLanguage("ja");
    }
  });

  it("stays for the person who is let in, and goes with the session", () => {
    expect(after(damaged, entering({})).notice).toBe("設定を戻しました。");
    expect(after(damaged, entering({}), { type: "loggedOut", message: "" }).notice).toBe("");
  });
});

test("a lost link counts from its first failure, whatever the attempts in between say", () => {
  const at = (phase: string, sinceMs: number) => ({ type: "link", link: { ...loggedOutState.link, phase, sinceMs } }) as const;
  const attempts = [started, entering({}), at("connected", 1), at("lost", 5), at("connecting", 8), at("lost", 9)];
  expect(after(...attempts).lostSinceMs).toBe(5);
  expect(after(...attempts, at("connected", 12)).lostSinceMs).toBeNull();
});

test("lost means logged in without a connection", () => {
  expect(isLost(after(started, link("lost")))).toBe(false);
  expect(isLost(after(started, entering({}), link("connected")))).toBe(false);
  for (const phase of ["lost", "connecting", "untrusted", "refused", "idle"]) {
    expect(isLost(after(started, entering({}), link(phase)))).toBe(true);
  }
});

test.each([
  ["受注センター 佐藤", "受注センター 佐藤"],
  ["", "op-sato"],
  ["あ".repeat(20), "あ".repeat(20)],
  ["あ".repeat(21), "あ".repeat(20) + "…"],
  ["𠮷".repeat(21), "𠮷".repeat(20) + "…"],
])("user %j is shown as %j", (comment, want) => {
  expect(userName({ ...session, user: { ...session.user, comment } })).toBe(want);
});
