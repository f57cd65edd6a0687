// Calls that are not simply paid, two at a time: a refused card, and an acquirer that
// does not say how it came out.
import { expect, test } from "vitest";
import { type Program } from "./stage/program";
import { reads, says } from "./stage/screen";
import { refused as refusedCard, visa } from "./stage/site";
import { useStage } from "./stage/stage";
import { countdown, ready } from "./words";

// The server waits for the acquirer as short as it may be told to.
const at = useStage({ loggedIn: true, settings: { deadline: "'5s'" } });

// What the simulated acquirer is asked for: of an amount that ends in 9904 nothing is
// ever heard, the expiry 01/99 is refused.
const held = { id: "ORD-20261122-0051", amount: "19904", card: visa };
const refused = { id: "ORD-20261122-0052", amount: "2500", card: refusedCard };

let first: Program;
let second: Program;

async function order({ id, amount, card }: typeof held): Promise<Program> {
  const { stage, screen } = at;
  await screen.order(id, amount);
  const telephone = stage.site.call(stage.operator, ...card, "--keying", "ahead");
  await says(screen.sentence, countdown);
  await screen.page.keyboard.press("F12");
  await reads(screen.sentence, ready);
  return telephone;
}

// A call's rows, the newest first, as words.
async function rowsOf(id: string): Promise<string[]> {
  return (await at.screen.rowsOf(id)).map((row) => row.join(" ").trim());
}

const keyed = ["03.カード与信", "02.カード情報取得OK", "02.セキュリティコード取得", "02.有効期限取得", "02.カード番号取得", "01.転送完了トップ"];

test("while one customer is in the IVR the next order is sent", async () => {
  const { stage, screen } = at;
  first = await order(held);
  await reads(screen.cards, /^お客様への案内中\n/);
  second = await order(refused);
  await reads(screen.cards.nth(0), /^お客様への案内中\n.*\nORD-20261122-0051\n19,904円\n/);
  await reads(screen.cards.nth(1), /^転送操作中\n.*\nORD-20261122-0052\n2,500円\n/);
  await stage.picture("op-two");
});

test("a refused card is 決済NG, with the acquirer's code and words", async () => {
  const { screen } = at;
  expect(await second.ended, second.output).toBe(2);
  await expect.poll(() => rowsOf(refused.id)).toEqual(["【決済NG】IVRとの通話が終了しました。", "03.カード与信_NG NG AG33 カード使用不可です。", ...keyed]);
  await reads(screen.lastResult, /^直近の結果\nNG\nORD-20261122-0052\n/);
});

test("an outcome that nobody knows is W406 and 保留", async () => {
  const { stage, screen } = at;
  await reads(screen.dialog, /^W406\n決済結果を確認中です。同じ注文を別の取引IDで再決済しないでください。\n取引ID\nORD-20261122-0051\n決済金額\n19,904円\n/);
  await stage.accessible();
  await stage.picture("op-hold");
  // 照会: the acquirer knows nothing of it, which is no result yet.
  await screen.dialog.getByRole("button", { name: "照会" }).click();
  await reads(screen.dialog, /\n照会\n\d\d:\d\d:\d\d まだ確定していません\n照会\nOK$/);
  await stage.picture("op-hold-inquired");
  await screen.button("OK").click();
  await reads(screen.cards.filter({ hasText: held.id }), /^結果確認中\(保留\)\n/);
  expect(await first.ended, first.output).toBe(3);
  await expect.poll(() => rowsOf(held.id)).toEqual([
    "【決済保留】IVRとの通話が終了しました。",
    "03.カード与信_保留 保留  決済結果を確認中です。同じ注文を別の取引IDで再決済しないでください。",
    ...keyed,
  ]);
  await reads(screen.lastResult, /^直近の結果\n保留\nORD-20261122-0051\n/);
  await stage.accessible();
  await stage.picture("op-outcomes");
});
