// The pictures of the operator's guide (desktop/docs/operator.md), taken of the real
// program while it works: make guide.
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Locator } from "playwright-core";
import { beforeAll, expect, test, vi } from "vitest";
import { patienceMs, Program } from "../stage/program";
import { reads, says } from "../stage/screen";
import { password, refused, visa } from "../stage/site";
import { useStage } from "../stage/stage";
import { countdown, lost, ready } from "../words";

const docs = fileURLToPath(new URL("../../../desktop/docs/", import.meta.url));
// They take the place of the old ones together, once all of them are there.
const folder = fileURLToPath(new URL("../../../build/screens/guide/", import.meta.url));

const at = useStage({
  loggedIn: false,
  settings: { deadline: "'5s'" },
  merchant: ["--return-call", "bridge", "--card-attempts", "1"],
  operator: ["--extension", "101"],
});

// Of an amount that ends in 9904 the simulated acquirer never says anything.
const paid = { id: "ORD-20261122-0044", amount: "36500", card: visa };
const declined = { id: "ORD-20261122-0045", amount: "12800", card: refused };
const another = { id: "ORD-20261122-0047", amount: "4980", card: visa };
const held = { id: "ORD-20261122-0046", amount: "19904", card: visa };

// How dunst, which shows the notifications of this machine, is to look.
const notifications = `
[global]
font = "Noto Sans CJK JP 11"
width = 360
offset = 0x0
origin = top-left
frame_width = 1
frame_color = "#b3b3b3"
corner_radius = 0
padding = 14
horizontal_padding = 16
progress_bar_height = 8
progress_bar_min_width = 326
progress_bar_max_width = 326
progress_bar_frame_width = 0
highlight = "#ff7628"
format = "<b>%s</b>\\n%b"
markup = full
show_indicators = no
icon_position = off
[urgency_critical]
background = "#ffffff"
foreground = "#1a1a1a"
frame_color = "#b3b3b3"
highlight = "#ff7628"
[urgency_normal]
background = "#ffffff"
foreground = "#1a1a1a"
highlight = "#ff7628"
`;

const telephones: Program[] = [];

beforeAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
});

/** picture takes the whole screen, or a part of it. */
async function picture(name: string, part?: Locator): Promise<void> {
  await at.screen.page.mouse.move(640, 8); // on nothing that would light up
  await (part ?? at.screen.page).screenshot({ path: `${folder}${name}.png`, animations: "disabled", caret: "hide" });
}

const band = (): Locator => at.screen.page.getByRole("region", { name: "状態" });
const box = (): Locator => at.screen.page.getByRole("main");

const told = async (): Promise<string> => ((await at.screen.dialog.count()) === 0 ? "" : at.screen.dialog.innerText());

/** close presses a dialog's safe button; another dialog may wait behind it. */
async function close(answer = "OK"): Promise<void> {
  const words = await told();
  await at.screen.button(answer).click();
  await expect.poll(told).not.toBe(words);
}

/** closing takes a dialog's picture first. */
async function closing(name: string, answer = "OK"): Promise<void> {
  await picture(name, at.screen.dialog);
  await close(answer);
}

async function transfer({ id, amount, card }: typeof paid, keying = "ahead", ...flags: string[]): Promise<void> {
  const { stage, screen } = at;
  await screen.order(id, amount);
  telephones.push(stage.site.call(stage.operator, ...card, "--keying", keying, ...flags));
  await says(screen.sentence, countdown);
}

async function send(): Promise<void> {
  await at.screen.page.keyboard.press("F12");
  await reads(at.screen.sentence, ready);
}

test("the first start", async () => {
  const { stage, screen } = at;
  await reads(screen.dialog, /^はじめて接続するサーバです。/);
  await screen.page.getByLabel("管理者から伝えられた指紋と一致しています").check();
  await closing("fingerprint", "信頼して接続");
  await picture("login", box());
  await screen.login("demo", "sato", "wrong-pass-1");
  expect(await screen.refusal()).toBe("認証に失敗しました。");
  await picture("login-refused", box());
  await screen.login("demo", "sato", stage.operator.firstPassword);
  await screen.page.getByLabel("新パスワード 必須", { exact: true }).fill(password);
  await screen.page.getByLabel("新パスワード(確認) 必須", { exact: true }).fill(password);
  await picture("first-password");
  await screen.button("更新").click();
  await reads(screen.sentence, ready);
  await picture("ready");
  await picture("band-ready", band());
});

test("a payment", async () => {
  const { screen } = at;
  await screen.order(paid.id, paid.amount, "3回");
  await picture("filled");
  await screen.page.keyboard.press("F8");
  await picture("talk", screen.page.locator("#talk"));
  await screen.page.keyboard.press("F8");
  await transfer(paid, "early", "--pace", "900ms", "--talk", "5s");
  await picture("send");
  await picture("band-send", band());
  await send();
  await picture("handover");
  await reads(screen.cards, /^カード番号入力中\n[\s\S]*●●●● ●●/);
  await picture("card-number");
  await screen.cards.getByRole("button", { name: "中断" }).click();
  await picture("abort", screen.cards);
  await screen.cards.getByRole("button", { name: "戻る" }).click();
});

test("three customers at a time", async () => {
  const { screen } = at;
  await transfer(declined);
  await send();
  await reads(screen.cards.nth(1), /^(?!転送操作中)/);
  await transfer(held);
  await send();
  // They come in the order in which the calls end.
  for (let n = 0; n < 3; n++) {
    await reads(screen.dialog, /^(I402|I405|W406)\n/);
    const id = (await screen.dialog.innerText()).slice(0, 4).toLowerCase();
    if (id === "w406") {
      await picture("w406-dialog", screen.dialog);
      await screen.dialog.getByRole("button", { name: "照会" }).click();
      await reads(screen.dialog, /照会\n\d\d:\d\d:\d\d まだ確定していません\n/);
    }
    if (id !== "i405") await picture(id);
    if (id === "w406") await close();
    else await closing(`${id}-dialog`);
  }
  for (const telephone of telephones) await telephone.ended;
  await reads(screen.rows.first(), /^[^]*【/);
  await picture("rows");
  await screen.page.keyboard.press("F3");
  await screen.page.getByRole("heading", { name: "本日の履歴" }).waitFor();
  await picture("history");
  await screen.page.keyboard.press("F3");
});

test("a transfer that comes to nothing", async () => {
  const { stage, screen } = at;
  await transfer(another, "ahead", "--hang-up-at", "send-window-expired");
  telephones.at(-1)!.signal("SIGTERM");
  await reads(screen.dialog, /^F301\n/);
  await closing("f301-dialog");

  await transfer(another, "ahead", "--hang-up-at", "send-window-expired");
  const release = stage.line.holdRequests();
  await screen.page.keyboard.press("F12");
  await reads(screen.hint, "送信しています。");
  telephones.at(-1)!.signal("SIGTERM");
  await reads(screen.dialog, /^F30\d\n/);
  release();
  while (!(await told()).startsWith("F303")) await close();
  await closing("f303-dialog");
});

test("the mini display", async () => {
  const { screen } = at;
  await screen.page.keyboard.press("F11");
  await screen.page.setViewportSize({ width: 360, height: 180 });
  await picture("mini-ready");
  const telephone = at.stage.site.call(at.stage.operator, "--hang-up-at", "send-window-expired");
  await screen.page.getByLabel("ミニ表示").getByText("秒以内に決済情報を").waitFor();
  await picture("mini-send");
  telephone.signal("SIGTERM");
  await telephone.ended;
  await screen.page.setViewportSize({ width: 1280, height: 800 });
  await screen.page.keyboard.press("F11");
  await reads(screen.dialog, /^F301\n/);
  await screen.button("OK").click();
});

test("the notification in front of other programs", async () => {
  const { stage, screen } = at;
  const { surroundings } = stage.desktop;
  const configuration = `${stage.site.folder}/dunstrc`;
  await writeFile(configuration, notifications);
  const dunst = new Program("dunst", "dunst", ["-conf", configuration], { env: surroundings });
  const succeeds = async (...command: [string, ...string[]]): Promise<boolean> =>
    (await new Program(command[0], command[0], command.slice(1), { env: surroundings }).ended) === 0;
  await expect.poll(() => succeeds("dunstctl", "is-paused"), { timeout: patienceMs }).toBe(true);

  // The person works in another program.
  await screen.page.evaluate(() => window.dispatchEvent(new Event("blur")));
  await screen.order(another.id, another.amount);
  const telephone = stage.site.call(stage.operator, "--hang-up-at", "send-window-expired");
  await says(screen.sentence, countdown);
  await says(screen.sentence, /^1[0-4]/); // by now the bar has something to tell
  const search = () => new Program("xdotool", "xdotool", ["search", "--onlyvisible", "--class", "dunst"], { env: surroundings });
  const shown = await vi.waitFor(() => search().wrote(/^(\d+)$/m), { timeout: patienceMs });
  expect(await succeeds("import", "-window", shown[1]!, `${folder}notification.png`)).toBe(true);

  await screen.page.evaluate(() => window.dispatchEvent(new Event("focus")));
  telephone.signal("SIGTERM");
  await telephone.ended;
  await reads(screen.dialog, /^F301\n/);
  await close();
  await dunst.stop();
});

test("settings, keys, logout", async () => {
  const { screen } = at;
  await screen.page.keyboard.press("Control+,");
  await screen.page.getByRole("heading", { level: 2, name: "設定", exact: true }).waitFor();
  await picture("settings");
  await screen.button("戻る").click();
  await screen.page.keyboard.press("F1");
  await picture("keys", screen.page.getByRole("dialog"));
  await screen.button("閉じる").click();
  await screen.page.getByRole("button", { name: "受注センター 佐藤" }).click();
  await picture("menu");
  await screen.page.getByRole("menuitem", { name: "ログアウト" }).click();
  await closing("i005-dialog", "いいえ");
});

test("a lost connection", async () => {
  const { stage, screen } = at;
  stage.line.silence();
  stage.line.far = 1; // nobody listens there
  await reads(screen.sentence, lost);
  await picture("lost");
  await picture("band-lost", band());
  await screen.page.getByRole("button", { name: "受注センター 佐藤" }).click();
  await screen.page.getByRole("menuitem", { name: "ログアウト" }).click();
  await screen.button("はい").click();
  await reads(screen.dialog, /^E309\n/);
  await closing("e309-dialog");
});

test("the guide shows every picture, and no other", async () => {
  const guide = await readFile(`${docs}operator.md`, "utf8");
  const shown = new Set(Array.from(guide.matchAll(/\(pictures\/([\w-]+\.png)\)/g), ([, name]) => name));
  expect([...shown].toSorted()).toEqual((await readdir(folder)).toSorted());
  await rm(`${docs}pictures`, { recursive: true, force: true });
  await rename(folder, `${docs}pictures`);
});
