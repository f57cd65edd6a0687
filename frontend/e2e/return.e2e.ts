// Return calls: the operator reads the result, takes the call, and speaks with the
// customer; or cannot be had.
import { expect, test } from "vitest";
import { type Program } from "./stage/program";
import { reads, says } from "./stage/screen";
import { refused, visa } from "./stage/site";
import { useStage } from "./stage/stage";
import { countdown, ready } from "./words";

const at = useStage({ loggedIn: true, merchant: ["--return-call", "bridge", "--card-attempts", "1", "--ringback", "2s"], operator: ["--extension", "101"] });

const paid = "ORD-20261122-0061";
const declined = "ORD-20261122-0062";

let first: Program;
let second: Program;

async function order(id: string, amount: string, ...flags: string[]): Promise<Program> {
  const { stage, screen } = at;
  await screen.order(id, amount);
  const telephone = stage.site.call(stage.operator, ...flags, "--keying", "ahead");
  await says(screen.sentence, countdown);
  await screen.page.keyboard.press("F12");
  await reads(screen.sentence, ready);
  return telephone;
}

test("two customers are transferred: for the first the operator will answer, for the second not", async () => {
  first = await order(paid, "8800", ...visa, "--talk", "4s");
  await at.screen.cards.first().getByText("お客様への案内中").waitFor();
  second = await order(declined, "2500", ...refused);
});

test("I402 tells that it is paid, before the telephone rings", async () => {
  const { stage, screen } = at;
  await reads(screen.dialog, `I402\n【決済OK】これより通話が転送されます。\n取引ID\n${paid}\n決済金額\n8,800円・1回\nカード\nVISA …1111\nOK`);
  await reads(screen.cards.filter({ hasText: paid }), /^オペレータへ通話戻し中\n/);
  await screen.focusIsOn(screen.button("OK"));
  await stage.accessible();
  await stage.picture("op-return");
  await screen.page.keyboard.press("Enter");
  await first.wrote(/the operator speaks with the customer/);
});

test("I405 tells that it is not paid", async () => {
  const { stage, screen } = at;
  await reads(screen.dialog, `I405\n【決済NG】これより通話が転送されます。\n取引ID\n${declined}\n決済金額\n2,500円・1回\nカード\nMastercard …4444\nOK`);
  await stage.accessible();
  await stage.picture("op-return-ng");
  await screen.button("OK").click();
  await screen.dialog.waitFor({ state: "detached" });
});

test("the call that was answered has E1, T2 and its end", async () => {
  const { screen } = at;
  expect(await first.ended, first.output).toBe(0);
  await expect.poll(() => screen.pointsOf(paid)).toEqual([
    "【決済OK】IVRとの通話が終了しました。", "T2.オペレータ戻し", "E1.オペレータ転送", "03.カード与信_OK", "03.カード与信",
    "02.カード情報取得OK", "02.セキュリティコード取得", "02.有効期限取得", "02.カード番号取得", "01.転送完了トップ",
  ]);
});

test("the call that was not says that the transfer failed", async () => {
  const { stage, screen } = at;
  expect(await second.ended, second.output).toBe(2);
  await expect.poll(() => screen.pointsOf(declined).then((points) => points.slice(0, 3))).toEqual([
    "【決済NG】転送に失敗しました。", "E1.オペレータ転送", "03.カード与信_NG",
  ]);
  await reads(screen.sentence, ready);
  await stage.picture("op-returned");
});
