// The main job: an order sent from the screen is paid over a real call.
import { describe, expect, test } from "vitest";
import { patienceMs, type Program } from "./stage/program";
import { each, reads, says } from "./stage/screen";
import { password, visa } from "./stage/site";
import { useStage } from "./stage/stage";
import { countdown, ready } from "./words";

const at = useStage({ loggedIn: true });

describe("before the transfer", () => {
  test("the screen is ready and 送信 is off", async () => {
    const { stage, screen } = at;
    await reads(screen.sentence, ready);
    await reads(screen.hint, "IVRへ転送すると送信できます。入力は転送の前に済ませておけます。");
    await reads(screen.rows, "データなし");
    expect(await screen.send.getAttribute("aria-disabled")).toBe("true");
    expect(await screen.frame.count()).toBe(0);
    await stage.accessible();
    await stage.picture("op-empty");
  });

  test.each([
    ["transactionId", "ORD 1", "取引IDに使えるのは半角英数字と _ - です。", "ORD 1"],
    ["transactionId", "注文1", "取引IDに使えるのは半角英数字と _ - です。", "注文1"],
    ["transactionId", "4111111111111111", "カード番号は使えません。消去しました。", ""],
    ["amount", "0", "決済金額は1円から99,999,999円までです。", "0"],
    ["amount", "100000000", "決済金額は8桁以内で入力してください。", "100,000,000"],
    ["amount", "12a", "決済金額は半角数字で入力してください。", "12a"],
  ] as const)("%s %s is refused at the field", async (field, typed, message, left) => {
    const { screen } = at;
    await screen[field].fill("");
    await screen[field].pressSequentially(typed);
    await reads(screen.message(field), message);
    expect(await screen[field].getAttribute("aria-invalid")).toBe("true");
    expect(await screen[field].inputValue()).toBe(left);
  });

  test("the hint counts what is to be mended", async () => {
    const { stage, screen } = at;
    await screen.transactionId.fill("注文1");
    await reads(screen.hint, "赤字の2項目を直すと送信できます。");
    await stage.accessible();
    await stage.picture("op-error");
  });

  test("full-width letters and digits become half-width as they are typed", async () => {
    const { stage, screen } = at;
    await screen.order("ＯＲＤ－２０２６１１２２－００４４", "３６５００", "3回");
    expect(await screen.transactionId.inputValue()).toBe("ORD-20261122-0044");
    expect(await screen.amount.inputValue()).toBe("36,500");
    await reads(screen.paymentCount, "3回");
    await stage.picture("op-ready");
  });

  test("F12 does nothing without a send window", async () => {
    const { screen } = at;
    await screen.page.keyboard.press("F12");
    await reads(screen.sentence, ready);
    expect(await screen.dialog.count()).toBe(0);
    expect(await screen.transactionId.inputValue()).toBe("ORD-20261122-0044");
  });

  test("クリア empties the form and Ctrl+Z brings it back", async () => {
    const { screen } = at;
    await screen.page.keyboard.press("F4");
    expect(await screen.transactionId.inputValue()).toBe("");
    await screen.focusIsOn(screen.transactionId);
    await screen.page.keyboard.press("Control+z");
    expect(await screen.transactionId.inputValue()).toBe("ORD-20261122-0044");
    expect(await screen.amount.inputValue()).toBe("36,500");
  });
});

describe("a call that is paid", () => {
  let telephone: Program;
  let seen: Awaited<ReturnType<typeof at.screen.watch>>;

  test("arrives: the band counts down, a frame is drawn and the focus is on 送信", async () => {
    const { stage, screen } = at;
    seen = await screen.watch();
    telephone = stage.site.call(stage.operator, ...visa, "--keying", "early");
    await says(screen.sentence, countdown);
    await screen.frame.waitFor();
    await screen.focusIsOn(screen.send);
    expect(await screen.send.getAttribute("aria-disabled")).toBeNull();
    await reads(screen.cards, /^送信待ち\n残り\d+秒\n送信するとここに出ます\n/);
    await stage.picture("op-send");
  });

  test("F12 sends the order: the band is green and the form is empty", async () => {
    const { stage, screen } = at;
    await screen.page.keyboard.press("F12");
    await reads(screen.sentence, ready);
    await reads(screen.cards, /^転送操作中\n/);
    await stage.picture("op-handover");
    expect(await screen.frame.count()).toBe(0);
    expect(await screen.transactionId.inputValue()).toBe("");
    expect(await screen.amount.inputValue()).toBe("");
    await screen.focusIsOn(screen.transactionId);
  });

  test("is followed by its card, and paid", async () => {
    const { stage, screen } = at;
    await reads(screen.cards, /^カード番号入力中\n[\s\S]*●●/);
    await stage.picture("op-card-number");
    expect(await telephone.ended, telephone.output).toBe(0);
    await reads(screen.rows.first(), /【決済OK】IVRとの通話が終了しました。$/);
    const shown = await seen();
    expect(each(shown.flatMap(({ cards }) => cards.map((card) => card.split("\n")[0])))).toEqual([
      "送信待ち", "転送操作中", "お客様への案内中", "カード番号入力中", "有効期限入力中", "セキュリティコード入力中", "カード与信中", "決済OK",
    ]);
    const cards = shown.flatMap((moment) => moment.cards).join("\n");
    expect(cards).toContain("●●●● ●●●● ●●●● ●●●");
    expect(cards).toContain("VISA …1111");
  });

  test("leaves its rows, the newest first", async () => {
    const { stage, screen } = at;
    const rows = await screen.rows.evaluateAll((all) => all.map((row) => [...row.querySelectorAll("td")].map((td) => td.innerText.trim())));
    for (const [time, id] of rows) {
      expect(time).toMatch(/^\d\d:\d\d:\d\d$/);
      expect(id).toBe("ORD-20261122-0044");
    }
    expect(rows.map((row) => row.slice(2))).toEqual([
      ["【決済OK】IVRとの通話が終了しました。"],
      ["03.カード与信_OK", "OK", "A001", "処理が成功しました。"],
      ["03.カード与信", "", "", ""],
      ["02.カード情報取得OK", "", "", ""],
      ["02.セキュリティコード取得", "", "", ""],
      ["02.有効期限取得", "", "", ""],
      ["02.カード番号取得", "", "", ""],
      ["01.転送完了トップ", "", "", ""],
    ]);
    await stage.accessible();
    await stage.picture("op-paid");
  });

  test("is the last result", async () => {
    await reads(at.screen.lastResult, /^直近の結果\nOK\nORD-20261122-0044\n\d\d:\d\d:\d\d\nVISA …1111\n36,500円$/);
  });

  test("cannot be paid again: its ID is refused at the field, before it is sent", async () => {
    const { screen } = at;
    await screen.order("ORD-20261122-0044", "100");
    await reads(screen.message("transactionId"), "この取引IDは決済済みです。");
    await screen.page.keyboard.press("F4");
  });
});

// The screen has never heard of that order: it is the server that knows.
test("an ID that a colleague's customer has paid is refused at the field, before there is a call", async () => {
  const { stage, screen } = at;
  const suzuki = await stage.site.addOperator("demo", "suzuki", "05030001025", "");
  await stage.site.setPassword(suzuki);
  const colleague = stage.site.colleague(suzuki, ["--transaction-id", "ORD-20261122-0099", "--amount", "100"], { TSUNAGI_PASSWORD: password });
  await colleague.wrote(/logged in as suzuki/);
  const telephone = stage.site.call(suzuki, ...visa, "--keying", "early");
  expect(await telephone.ended, telephone.output).toBe(0);
  await screen.order("ORD-20261122-0099", "100");
  await reads(screen.message("transactionId"), "この取引IDは決済済みです。");
  await reads(screen.hint, "赤字の1項目を直すと送信できます。");
  await stage.picture("op-paid-before");
  await screen.order("ORD-20261122-0100", "100");
  await reads(screen.message("transactionId"), /^半角英数字/);
  await screen.page.keyboard.press("F4");
});

test("the dark screen is as accessible", async () => {
  const { stage, screen } = at;
  await screen.page.keyboard.press("Control+,");
  await screen.page.getByText("暗い", { exact: true }).click();
  await screen.button("戻る").click();
  await expect.poll(() => screen.page.locator("html").getAttribute("data-theme"), { timeout: patienceMs }).toBe("dark");
  await stage.accessible();
  await stage.picture("op-paid-dark");
});
