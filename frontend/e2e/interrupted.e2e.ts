// Calls that end before the customer reaches the IVR: F301, and F303 for an order
// that comes too late.
import { expect, test } from "vitest";
import { each, reads, says } from "./stage/screen";
import { useStage } from "./stage/stage";
import { countdown, ready } from "./words";

const at = useStage({ loggedIn: true });

async function formIsKept(): Promise<void> {
  expect(await at.screen.transactionId.inputValue()).toBe("ORD-20261122-0044");
  expect(await at.screen.amount.inputValue()).toBe("36,500");
}

test("a form that is not right draws the focus, and 送信 leads to the field", async () => {
  const { stage, screen } = at;
  await screen.order("ORD-20261122-0044", "0");
  const telephone = stage.site.call(stage.operator, "--hang-up-at", "send-window-expired");
  await says(screen.sentence, countdown);
  await screen.focusIsOn(screen.amount);
  await screen.page.keyboard.press("F12");
  await screen.focusIsOn(screen.amount);
  await reads(screen.message("amount"), "決済金額は1円から99,999,999円までです。");
  telephone.signal("SIGTERM");
  await reads(screen.dialog, /^F301\n決済処理が中断されました。\n/);
  await screen.button("OK").click();
  await screen.amount.fill("36500");
});

test("the window counts from 20 to its end, and then says F301", async () => {
  const { stage, screen } = at;
  const seen = await screen.watch();
  const telephone = stage.site.call(stage.operator, "--hang-up-at", "send-window-expired");
  await says(screen.sentence, countdown);
  const { snapshot } = await screen.state();
  const deadlineAtMs = snapshot.calls!.at(-1)!.deadlineAtMs;
  await screen.focusIsOn(screen.send);
  await stage.accessible();
  await stage.picture("op-send-expiring");
  await says(screen.sentence, /^5秒/);
  await stage.picture("op-send-5");
  await reads(
    screen.dialog,
    "F301\n決済処理が中断されました。\n20秒以内に送信がなかったため、通話を終了しました。お客様との通話をいったん戻し、もう一度転送してください。入力内容は残しています。\nOK",
  );
  await says(screen.sentence, new RegExp(`^${ready}$`));
  expect(await screen.frame.count()).toBe(0);
  await stage.accessible();
  await stage.picture("op-f301");

  const shown = await seen();
  const steps = each(shown.map(({ sentence }) => countdown.exec(sentence)?.[1]).filter((n) => n !== undefined)).map(Number);
  expect(steps[0]).toBe(20);
  expect(steps.at(-1)).toBeLessThanOrEqual(1);
  expect(steps).toEqual(steps.toSorted((a, b) => b - a));
  expect(steps.length).toBeGreaterThan(15);

  // Off by no more than a second, neither when a number comes nor just before it goes.
  // Both clocks are this machine's.
  for (const [i, { sentence, atMs }] of shown.entries()) {
    const number = countdown.exec(sentence)?.[1];
    if (number === undefined) continue;
    for (const moment of [atMs, shown[i + 1]?.atMs ?? atMs]) {
      const left = Math.max(0, Math.ceil((deadlineAtMs - moment) / 1000));
      expect(Math.abs(Number(number) - left), `${number} is shown in the last ${left} s`).toBeLessThanOrEqual(1);
    }
  }

  await screen.button("OK").click();
  await formIsKept();
  await screen.focusIsOn(screen.send);
  await reads(screen.hint, "入力内容は残しています。もう一度転送すると送信できます。");
  expect(await screen.send.getAttribute("aria-disabled")).toBe("true");
  expect(await telephone.ended, telephone.output).toBe(0);
});

test("a customer who hangs up in the window is F301 too", async () => {
  const { stage, screen } = at;
  const telephone = stage.site.call(stage.operator, "--hang-up-at", "press-send");
  await reads(
    screen.dialog,
    "F301\n決済処理が中断されました。\n送信の前に通話が終了しました。お客様との通話をいったん戻し、もう一度転送してください。入力内容は残しています。\nOK",
  );
  expect(await telephone.ended, telephone.output).toBe(0);
  await screen.page.keyboard.press("Enter");
  await screen.dialog.waitFor({ state: "detached" });
  await formIsKept();
});

test("an order that comes when the call is gone is F303", async () => {
  const { stage, screen } = at;
  const telephone = stage.site.call(stage.operator, "--hang-up-at", "send-window-expired");
  await says(screen.sentence, countdown);
  // The order is on its way while the caller hangs up.
  const release = stage.line.holdRequests();
  await screen.page.keyboard.press("F12");
  await reads(screen.hint, "送信しています。");
  telephone.signal("SIGTERM");
  await reads(screen.dialog, /^F301\n/);
  release();
  await screen.button("OK").click();
  await reads(
    screen.dialog,
    "F303\n送信が失敗しました。\n送信時間が終わったか、通話が切れています。お客様との通話をいったん戻し、もう一度転送してください。入力内容は残しています。\nOK",
  );
  await says(screen.sentence, new RegExp(`^${ready}$`));
  await stage.picture("op-f303");
  await screen.button("OK").click();
  await formIsKept();
  await telephone.ended;
});
