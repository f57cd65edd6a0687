// A connection that is lost: red within 3 s, E309 for what was asked, and the session
// taken up again when the server is back. The form keeps its values throughout.
import { expect, test } from "vitest";
import { reads, says, type Shown } from "./stage/screen";
import { useStage } from "./stage/stage";
import { countdown, lost, ready } from "./words";

const at = useStage({ loggedIn: true });
const noticedWithinMs = 3000;

async function formIsKept(): Promise<void> {
  expect(await at.screen.transactionId.inputValue()).toBe("ORD-20261122-0044");
  expect(await at.screen.amount.inputValue()).toBe("36,500");
}

// Both clocks are this machine's.
function turnedRed(shown: readonly Shown[], sinceMs: number): number {
  return shown.find(({ sentence }) => sentence === lost)!.atMs - sinceMs;
}

test("a line that goes silent is red within 3 s, and green when it is back", async () => {
  const { stage, screen } = at;
  await screen.order("ORD-20261122-0044", "36500");
  const seen = await screen.watch();
  const sinceMs = Date.now();
  stage.line.silence();
  stage.line.far = 1; // nobody listens there
  await reads(screen.sentence, lost);
  expect(turnedRed(await seen(), sinceMs)).toBeLessThanOrEqual(noticedWithinMs);
  await reads(screen.next, "サーバとの接続が切れています。再接続しています。進行中の通話はIVRで続いています。");
  await reads(screen.hint, "接続が戻るまで送信できません。入力内容は残しています。");
  expect(await screen.send.getAttribute("aria-disabled")).toBe("true");
  await stage.accessible();
  await stage.picture("op-lost");
  await screen.page.setViewportSize({ width: 1024, height: 640 });
  await stage.picture("op-lost-1024");
  await screen.page.setViewportSize({ width: 1280, height: 800 });

  // Typing goes on.
  await screen.amount.fill("");
  await screen.amount.pressSequentially("36500");
  stage.line.far = stage.site.desktopPort;
  await reads(screen.sentence, ready);
  await formIsKept();
});

test("an order that a stopped server does not answer is E309", async () => {
  const { stage, screen } = at;
  const telephone = stage.site.call(stage.operator, "--hang-up-at", "send-window-expired");
  await says(screen.sentence, countdown);
  const seen = await screen.watch();
  const sinceMs = Date.now();
  stage.site.server.signal("SIGSTOP");
  await screen.page.keyboard.press("F12");
  await reads(
    screen.dialog,
    "E309\nサーバとの通信でエラーが発生しました。\n入力内容は残しています。接続が戻ってから、もう一度操作してください。\nOK",
  );
  await reads(screen.sentence, lost);
  expect(turnedRed(await seen(), sinceMs)).toBeLessThanOrEqual(noticedWithinMs);
  await stage.accessible();
  await stage.picture("op-e309");
  await screen.button("OK").click();
  await formIsKept();
  telephone.signal("SIGKILL");
});

test("what is asked without a connection is E309 at once", async () => {
  const { screen } = at;
  await screen.page.getByRole("button", { name: "受注センター 佐藤" }).click();
  await screen.page.getByRole("menuitem", { name: "ログアウト" }).click();
  await screen.button("はい").click();
  await reads(screen.dialog, /^E309\nサーバとの通信でエラーが発生しました。\n/);
  await screen.button("OK").click();
  await formIsKept();
});

test("the session is taken up again when the server has been killed and started", async () => {
  const { stage, screen } = at;
  stage.site.server.signal("SIGKILL");
  await stage.site.server.ended;
  await stage.serve();
  await reads(screen.sentence, ready);
  await formIsKept();
  await reads(screen.cards.or(screen.page.getByText("通話中の取引はありません")), "通話中の取引はありません");
});

test("the program takes up its session after a crash, without a login", async () => {
  const { stage, screen } = at;
  await stage.crash();
  await reads(screen.sentence, ready);
});
