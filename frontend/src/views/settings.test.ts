import { expect, it, vi } from "vitest";
import { emptyForm, reduceForm } from "$lib/model/form";
import { operator, press, settle } from "$lib/testing/screen";

it("each choice holds at once and is kept", async () => {
  const { app, backend, getByRole, queryByRole } = await operator();
  const save = vi.spyOn(backend, "saveSettings");
  await press(",", { ctrlKey: true });
  expect(getByRole("heading", { level: 1, name: "設定" })).toBeTruthy();
  getByRole("button", { name: "暗い" }).click();
  await settle();
  expect(document.documentElement.dataset["theme"]).toBe("dark");
  getByRole("switch", { name: "通知領域にアイコンを置く" }).click();
  await settle();
  expect(save.mock.calls.at(-1)![0]).toMatchObject({ theme: "dark", tray: true });
  const result = getByRole("switch", { name: "決済の結果" });
  result.click();
  await settle();
  expect(app.client.settings.sounds).toMatchObject({ result: false, lost: true });
  getByRole("button", { name: "戻る" }).click();
  await settle();
  expect(queryByRole("switch", { name: "決済の結果" })).toBeNull();
});

it("English is English at once, and Japanese again", async () => {
  const { app, getByRole } = await operator();
  await app.saveSettings({ language: "en" });
  await settle();
  expect(document.documentElement.lang).toBe("en");
  expect(getByRole("button", { name: /^Send/ })).toBeTruthy();
  expect(document.body.textContent).toContain("Ready for payments.");
  await app.saveSettings({ language: "ja" });
  await settle();
  expect(getByRole("button", { name: /^送信/ })).toBeTruthy();
});

it("what this computer cannot do is said, not offered", async () => {
  const { app, getByRole } = await operator();
  app.client = { ...app.client, can: { ...app.client.can, tray: false } };
  await press(",", { ctrlKey: true });
  const tray = getByRole("switch", { name: /通知領域にアイコンを置く/ }) as HTMLInputElement;
  expect([tray.disabled, tray.checked]).toEqual([true, false]);
});

it("an order may choose the language its customer hears; the next begins with the merchant's", async () => {
  const { app, getByRole } = await operator([], { language: "ja" });
  const pressed = (name: string) => getByRole("button", { name }).getAttribute("aria-pressed");
  expect([pressed("日本語"), pressed("English")]).toEqual(["true", "false"]);
  getByRole("button", { name: "English" }).click();
  await settle();
  expect([app.form.values.language, pressed("English")]).toEqual(["en", "true"]);
  expect(reduceForm(app.form, { type: "sent" })).toEqual(emptyForm);
});
