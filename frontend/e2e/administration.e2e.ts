// What an administrator changes while the operator works: the screen follows at once and
// takes nothing away, and what is asked of a person waits for the next login.
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { codeOf, nextCodeOf } from "./stage/authenticator";
import { patienceMs } from "./stage/program";
import { reads } from "./stage/screen";
import { password } from "./stage/site";
import { useStage } from "./stage/stage";
import { ready } from "./words";

const at = useStage({ loggedIn: true });

let secret = "";

test("a field is switched on under the person's hands, and what is typed stays", async () => {
  const { stage, screen } = at;
  await reads(screen.sentence, ready);
  await screen.order("ORD-20261127-0001", "36500");
  expect(await screen.memberId.count()).toBe(0);
  await stage.site.edit("demo", "--member-id");
  await screen.memberId.waitFor();
  expect(await screen.transactionId.inputValue()).toBe("ORD-20261127-0001");
  expect(await screen.amount.inputValue()).toBe("36,500");
  await screen.focusIsOn(screen.amount);
  await stage.accessible();
});

test("monitoring is switched off and on again", async () => {
  const { stage, screen } = at;
  const pane = screen.page.getByRole("region", { name: "IVRリアルタイムモニタリングの一覧" });
  await pane.waitFor();
  await stage.site.edit("demo", "--no-monitoring");
  await pane.waitFor({ state: "detached" });
  await stage.site.edit("demo", "--monitoring");
  await pane.waitFor();
});

test("one-time codes interrupt nobody; the next login sets up an authenticator first", async () => {
  const { stage, screen } = at;
  await stage.site.edit("demo", "--operator-codes");
  await stage.crash(); // comes back as the same session
  await reads(screen.sentence, ready);
  await screen.logout("受注センター 佐藤");
  await screen.login("demo", "sato", password);
  const qr = screen.page.getByRole("img", { name: "認証アプリで読み取るコード" });
  await qr.waitFor();
  // The program's own window shows the same, and has asked for a key too: the last one counts.
  await stage.visit();
  await qr.waitFor();
  await stage.accessible();
  await stage.picture("op-code");
  secret = (await screen.page.locator(".key").innerText()).replaceAll(" ", "");
  await screen.page.getByLabel("ワンタイムコード").fill(codeOf(secret, Date.now()));
  await screen.button("確認して登録").click();
  await reads(screen.sentence, ready);
});

test("and the one after asks for a code, which is good once", async () => {
  const { stage, screen } = at;
  await screen.logout("受注センター 佐藤");
  const code = nextCodeOf(secret, Date.now());
  const login = async () => {
    await screen.login("demo", "sato", password);
    await reads(screen.loginRemark, "ワンタイムコードを入力してください。");
    await screen.page.getByLabel("ワンタイムコード").fill(code);
    await screen.page.keyboard.press("Enter");
  };
  // Of a folder of its own the program keeps the session in a file.
  const kept = async () => {
    const file = JSON.parse(await readFile(`${stage.site.folder}/desktop/sessions.json`, "utf8")) as object;
    return Object.keys(file).sort();
  };
  await login();
  await reads(screen.sentence, ready);
  // It is written beside what the screen shows, which need not wait for it.
  await expect.poll(kept, { timeout: patienceMs }).toEqual(["index", `token ${stage.line.address} demo/sato`]);
  await screen.logout("受注センター 佐藤");
  await expect.poll(kept, { timeout: patienceMs }).toEqual([]);
  await login();
  await reads(screen.loginRemark, "ワンタイムコードが正しくありません。");
  await stage.picture("login-code-wrong");
});
