// Where keys lead and where the focus is, in the full window and in the small one.
import { expect, test, vi } from "vitest";
import { calls } from "$lib/backend/samples";
import { fill, operator, press, settle, type } from "$lib/testing/screen";

test("F1 lists the keys, F3 opens and Esc closes the history", async () => {
  const { getByRole, queryByRole } = await operator();
  await press("F1");
  expect(getByRole("dialog").textContent).toContain("取引IDへ移る");
  await press("Escape");
  await press("F3");
  expect(getByRole("complementary", { name: "本日の履歴" })).toBeTruthy();
  expect(document.activeElement?.getAttribute("aria-label")).toContain("絞り込み");
  await press("Escape");
  expect(queryByRole("complementary", { name: "本日の履歴" })).toBeNull();
});

test("the focus is on the form after the login, the settings and the small window", async () => {
  const { app, field } = await operator();
  expect(document.activeElement).toBe(field("transactionId"));
  await fill(field);
  await press(",", { ctrlKey: true });
  document.querySelector<HTMLElement>("main button")!.focus();
  await press(",", { ctrlKey: true });
  expect(document.activeElement).toBe(field("transactionId"));
  await press("F11");
  await press("F11");
  expect([app.mini, document.activeElement]).toEqual([false, field("transactionId")]);
});

test("F11 turns to the small window and back, the form untouched", async () => {
  const { backend, field, queryByRole } = await operator();
  await fill(field);
  await press("F11");
  expect(backend.mini).toBe(true);
  expect(queryByRole("main", { name: "ミニ表示" })?.textContent).toContain("36,500円");
  await press("F11");
  expect(backend.mini).toBe(false);
  expect(field("transactionId").value).toBe("ORD-1");
});

test("the small window's keys do what it shows: nothing is emptied, opened or focused behind it", async () => {
  const { app, field } = await operator();
  await fill(field);
  await press("F11");
  const before = document.activeElement;
  for (const key of ["F1", "F2", "F3", "F4", "F8"]) expect((await press(key)).defaultPrevented).toBe(true);
  await press(",", { ctrlKey: true });
  expect([app.panel, app.form.values.transactionId, app.mini]).toEqual(["none", "ORD-1", true]);
  expect(document.activeElement).toBe(before);
});

test("F12 in the small window sends, and brings the form back where something is missing", async () => {
  const { app, backend, field } = await operator([calls.waiting]);
  await type(field("transactionId"), "ORD-1");
  await press("F11");
  const sent = vi.spyOn(backend, "sendOrder");
  await press("F12");
  expect([app.mini, sent.mock.calls.length]).toEqual([false, 0]);
  expect(document.activeElement).toBe(field("amount"));
  await type(field("amount"), "100");
  await press("F11");
  await press("F12");
  expect(sent).toHaveBeenCalledTimes(1);
  expect(app.mini).toBe(true);
});

test("a dialog that waits behind the small window leaves its keys alone", async () => {
  const { backend, queryByRole } = await operator();
  await press("F11");
  backend.change({ notice: { callId: "9", messageId: "F301", message: "決済処理が中断されました。", transactionId: "" } });
  await settle();
  expect(queryByRole("alertdialog")).toBeNull();
  await press("F11");
  expect(backend.mini).toBe(false);
  expect(queryByRole("alertdialog")?.textContent).toContain("F301");
});
