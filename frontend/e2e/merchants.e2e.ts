// What a merchant's settings do to the screen: API mode, member ID, no choice of the
// payment count, no monitoring.
import { describe, expect, test } from "vitest";
import { reads, says } from "./stage/screen";
import { password, visa, type Operator } from "./stage/site";
import { useStage } from "./stage/stage";
import { countdown, ready } from "./words";

const at = useStage({ loggedIn: true, merchant: ["--linkage", "api", "--member-id"] });

describe("a merchant whose orders come from the CTI/CRM", () => {
  test("has a form that cannot be typed into", async () => {
    const { stage, screen } = at;
    await reads(screen.sentence, ready);
    await reads(screen.page.getByRole("form", { name: "決済情報" }), /^決済情報\nAPI連携\n入力はCTI\/CRMから\n/);
    const paymentCount = screen.page.getByRole("textbox", { name: /^支払回数/ });
    for (const field of [screen.transactionId, screen.memberId, screen.amount, paymentCount]) {
      expect(await field.getAttribute("readonly")).not.toBeNull();
      await field.focus();
      await screen.page.keyboard.type("1");
    }
    expect(await screen.transactionId.inputValue()).toBe("");
    expect(await screen.memberId.inputValue()).toBe("");
    expect(await screen.amount.inputValue()).toBe("");
    expect(await paymentCount.inputValue()).toBe("1回");
    await reads(screen.hint, "CTI/CRMから受け取ったあと、IVRへ転送すると送信できます。");
    await stage.accessible();
    await stage.picture("op-api");
  });

  test("sends nothing in a send window that has no order", async () => {
    const { stage, screen } = at;
    const telephone = stage.site.call(stage.operator, "--hang-up-at", "send-window-expired");
    await says(screen.sentence, countdown);
    await screen.page.keyboard.press("F12");
    await reads(screen.hint, "赤字の2項目を直すと送信できます。");
    await says(screen.sentence, countdown);
    telephone.signal("SIGTERM");
    await reads(screen.dialog, "F301\n決済処理が中断されました。\n送信の前に通話が終了しました。お客様との通話をいったん戻し、もう一度転送してください。\nOK");
    await screen.button("OK").click();
    await telephone.ended;
  });
});

describe("a merchant without monitoring and without payment counts", () => {
  let suzuki: Operator;

  test("has neither the pane nor the choice", async () => {
    const { stage, screen } = at;
    await stage.site.addMerchant("quiet", "静かな店", "--no-monitoring", "--no-payment-count", "--ringback", "1s");
    suzuki = await stage.site.addOperator("quiet", "suzuki", "05030001025", "");
    await stage.site.setPassword(suzuki);
    await screen.logout("受注センター 佐藤");
    await screen.login("quiet", "suzuki", password);
    await reads(screen.sentence, ready);
    expect(await screen.page.getByText("IVRリアルタイムモニタリング").count()).toBe(0);
    expect(await screen.memberId.count()).toBe(0);
    const paymentCount = screen.page.getByRole("textbox", { name: /^支払回数/ });
    expect(await paymentCount.inputValue()).toBe("1回");
    expect(await paymentCount.getAttribute("readonly")).not.toBeNull();
    await stage.accessible();
    await stage.picture("op-unmonitored");
  });

  test("sees a call by its card alone, to the end", async () => {
    const { stage, screen } = at;
    await screen.order("ORD-20261122-0071", "36500");
    const seen = await screen.watch();
    const telephone = stage.site.call(suzuki, ...visa, "--keying", "ahead");
    await says(screen.sentence, countdown);
    await screen.page.keyboard.press("F12");
    expect(await telephone.ended, telephone.output).toBe(0);
    await reads(screen.cards, /^決済OK\n/);
    await reads(screen.lastResult, /^直近の結果\nOK\nORD-20261122-0071\n\d\d:\d\d:\d\d\nVISA …1111\n36,500円$/);
    expect((await seen()).some(({ cards }) => cards[0]?.startsWith("カード与信中"))).toBe(true);
    const { snapshot } = await screen.state();
    expect(snapshot.rows ?? [], "rows that the server has sent").toEqual([]);
  });
});
