// The same screens in WebKitGTK, the engine of the window on Linux: from the first
// start to a paid call.
import { expect, test } from "vitest";
import { patienceMs } from "./stage/program";
import { password, visa } from "./stage/site";
import { useStage } from "./stage/stage";
import { keys } from "./stage/webkit";
import { countdown, ready } from "./words";

const at = useStage({ engine: "webkit", loggedIn: false });

const sentence = "[aria-label=状態] .sentence";
const field = (label: string): string => `//input[@id=//label[starts-with(normalize-space(), '${label}')]/@for]`;
const button = (name: string): string => `//button[starts-with(normalize-space(), '${name}')]`;

test("a server is trusted, and an operator logs in", async () => {
  const { stage } = at;
  const { webkit } = stage;
  await stage.site.setPassword(stage.operator);
  await expect.poll(() => webkit.visit(`http://${stage.desktop.address}/`, 1280, 800).then(() => true, () => false), { timeout: patienceMs }).toBe(true);
  await webkit.says("[role=alertdialog]", /^はじめて接続するサーバです。/);
  await webkit.click("//label[contains(., '指紋と一致しています')]");
  await webkit.click(button("信頼して接続"));
  await webkit.type(field("IVRマーチャントID"), "demo");
  await webkit.type(field("ユーザID"), "sato");
  await webkit.type(field("パスワード"), password + keys.enter);
  await webkit.says(sentence, new RegExp(`^${ready}$`));
  await stage.picture("webkit-ready");
});

test("a call is paid", async () => {
  const { stage } = at;
  const { webkit } = stage;
  await webkit.type(field("取引ID"), "ORD-20261122-0081");
  await webkit.type(field("決済金額"), "36500");
  const telephone = stage.site.call(stage.operator, ...visa, "--keying", "ahead");
  await webkit.says(sentence, countdown);
  await stage.picture("webkit-send");
  await webkit.press(keys.f12);
  await webkit.says(sentence, new RegExp(`^${ready}$`));
  expect(await telephone.ended, telephone.output).toBe(0);
  await webkit.says("article", /^決済OK\n/);
  await webkit.says("tbody tr", /【決済OK】IVRとの通話が終了しました。$/);
  await stage.picture("webkit-paid");
});
