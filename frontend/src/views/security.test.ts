// What the PCI policy asks of the screens: codes, the lock, the forced logout.
import { expect, it, vi } from "vitest";
import { watchIdle } from "$lib/app/idle";
import { calls, operatorState, sampleNow, session } from "$lib/backend/samples";
import { scenarios } from "$lib/backend/scenarios";
import { isAttended } from "$lib/model/board";
import { emptyBoard } from "$lib/model/board";
import { tilesOf } from "$lib/model/floor";
import { fill, press, settle, show, type } from "$lib/testing/screen";

it.each(["operator", "supervisor"] as const)("an authenticator of the %s is set up before anything else, and only by a right code", async (entrance) => {
  const state = operatorState([], { session: { ...session, user: { ...session.user, entrance }, oneTimeCodeMustEnrol: true } });
  const { app, field, getByRole, findByText, container } = await show(state);
  expect(app.screen).toBe("oneTimeCode");
  await vi.waitFor(() => expect(container.querySelector("img")?.src).toMatch(/^data:image\/svg/));
  const confirm = () => getByRole("button", { name: "確認して登録" }).click();
  await type(field("code"), "111111");
  confirm();
  expect(await findByText("ワンタイムコードが正しくありません。")).toBeTruthy();
  await type(field("code"), "123456");
  confirm();
  await vi.waitFor(() => expect(app.screen).toBe(entrance));
});

it("the lock hides the work, keeps the form and the band, and opens by the password alone", async () => {
  const { app, field, queryByRole, getByRole, findByText } = await show(operatorState([calls.enteringCode], { session }));
  await fill(field);
  await app.lock();
  await settle();
  expect(queryByRole("form", { name: "決済情報" })).toBeNull();
  expect(document.body.textContent).toContain("正常にお取引可能です。");
  for (const key of ["F12", "F1", "F3"]) await press(key);
  expect(app.panel).toBe("none");
  await type(field("unlock"), "wrong");
  getByRole("button", { name: "ロックを解除" }).click();
  expect(await findByText("認証に失敗しました。")).toBeTruthy();
  await type(field("unlock"), "demo-1234");
  getByRole("button", { name: "ロックを解除" }).click();
  await vi.waitFor(() => expect(app.client.session?.locked).toBe(false));
  await settle();
  expect(field("transactionId").value).toBe("ORD-1");
});

it.each(["operator", "supervisor"] as const)("the lock hides the dialogs of the %s, but not the question whether to log out", async (entrance) => {
  const state = operatorState([], { session: { ...session, user: { ...session.user, entrance } } });
  const { app, backend, queryByRole, getByRole } = await show(state);
  backend.change({ notice: { messageId: "W406", message: "…", callId: "42", transactionId: "ORD-42" } });
  await settle();
  expect(queryByRole("alertdialog")).not.toBeNull();
  await app.lock();
  await settle();
  expect(queryByRole("alertdialog")).toBeNull();
  getByRole("button", { name: "ログアウト" }).click();
  await settle();
  expect(getByRole("alertdialog").textContent).toContain("I005");
  getByRole("button", { name: "いいえ" }).click();
  await app.unlock("demo-1234");
  await settle();
  expect(getByRole("alertdialog").textContent).toContain("ORD-42");
});

it("the lock takes back a forced logout that was only asked about", async () => {
  const { people = [], state } = scenarios["sv-live"]!;
  const screen = await show(state);
  screen.backend.people = people;
  await screen.app.refreshUsers();
  await settle();
  screen.getByRole("button", { name: "受注センター 高橋: 強制ログアウト" }).click();
  await settle();
  await screen.app.lock();
  await settle();
  expect(screen.queryByRole("alertdialog")).toBeNull();
  await screen.app.unlock("demo-1234");
  await settle();
  expect(screen.queryByRole("alertdialog")).toBeNull();
});

it("a screen is idle when nobody touches it, but not while a call takes a card", () => {
  vi.useFakeTimers();
  let busy = false;
  const lock = vi.fn();
  const stop = watchIdle(window, 900, () => !busy, lock);
  vi.advanceTimersByTime(800_000);
  window.dispatchEvent(new KeyboardEvent("keydown", { key: "a" }));
  vi.advanceTimersByTime(899_000);
  expect(lock).not.toHaveBeenCalled();
  busy = true;
  vi.advanceTimersByTime(60_000);
  expect(lock).not.toHaveBeenCalled();
  busy = false;
  vi.advanceTimersByTime(1000);
  expect(lock).toHaveBeenCalledTimes(1);
  stop();
  vi.advanceTimersByTime(2_000_000);
  expect(lock).toHaveBeenCalledTimes(1);
  expect([[calls.enteringNumber], [calls.waiting], [calls.returning], []].map(isAttended)).toEqual([true, true, false, false]);
  vi.useRealTimers();
});

it("a supervisor sees who is there, and logs an operator out after a question", async () => {
  const { people = [], state } = scenarios["sv-live"]!;
  const screen = await show(state);
  screen.backend.people = people;
  await screen.app.refreshUsers();
  await settle();
  expect(screen.queryByRole("button", { name: /夜間窓口 伊藤.*強制ログアウト/ })).toBeNull();
  const force = vi.spyOn(screen.backend, "forceLogout");
  screen.getByRole("button", { name: "受注センター 高橋: 強制ログアウト" }).click();
  await settle();
  expect(screen.getByRole("alertdialog").textContent).toContain("受注センター 高橋 を強制ログアウトします。よろしいですか?");
  expect(force).not.toHaveBeenCalled();
  screen.getByRole("button", { name: "強制ログアウトする" }).click();
  await vi.waitFor(() => expect(force).toHaveBeenCalledWith("op-takahashi"));
  await vi.waitFor(() => expect(screen.queryByRole("button", { name: "受注センター 高橋: 強制ログアウト" })).toBeNull());
});

it("tiles say who is ready, cut off, away or locked", () => {
  const tiles = tilesOf(emptyBoard, sampleNow, scenarios["sv-live"]!.people);
  expect(Object.fromEntries(tiles.map(({ operatorId, title, line }) => [operatorId, `${title} ${line}`.trim()]))).toEqual({
    "op-sato": "待機", "op-suzuki": "待機", "op-takahashi": "待機", "op-nakamura": "待機",
    "op-kato": "切断", "op-ito": "オフライン", "op-yamada": "オフライン アカウントがロック中",
  });
});

it("a supervisor's rows say whose call it is by the names of the users", async () => {
  const { people = [], state } = scenarios["sv-live"]!;
  const screen = await show(state);
  const whose = () => [...screen.container.querySelectorAll<HTMLTableRowElement>("tbody tr")].map((row) => row.cells[1]!.textContent);
  screen.backend.people = people.filter(({ user }) => user.id !== "op-takahashi");
  await screen.app.refreshUsers();
  await settle();
  expect(new Set(whose())).toEqual(new Set(["受注センター 佐藤", "op-takahashi"]));
});
