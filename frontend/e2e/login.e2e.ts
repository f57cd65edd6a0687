// The way in and out: the server's fingerprint, the login, the first password, the
// logout, and one session a user.
import { describe, expect, test } from "vitest";
import { password, type Operator } from "./stage/site";
import { reads } from "./stage/screen";
import { useStage } from "./stage/stage";
import { ready } from "./words";

const at = useStage({ loggedIn: false });

const restricted = "アクセスが制限されています。";
const failed = "認証に失敗しました。";
const alreadyLoggedIn = "該当ユーザ ID はログイン状態です。多重ログインは出来ません。";

describe("a server that is met for the first time", () => {
  test("shows its fingerprint, which must be compared before it is trusted", async () => {
    const { stage, screen } = at;
    await reads(screen.dialog, /^はじめて接続するサーバです。指紋を確認してください。\n/);
    const text = await screen.dialog.innerText();
    expect(text).toContain(stage.line.address);
    expect(text.replaceAll(/\s/g, "")).toContain(stage.site.fingerprint.replaceAll(" ", ""));
    const trust = screen.button("信頼して接続");
    expect(await trust.getAttribute("aria-disabled")).toBe("true");
    await stage.accessible();
    await stage.picture("login-fingerprint");
    await screen.page.getByLabel("管理者から伝えられた指紋と一致しています").check();
    await trust.click();
    await screen.dialog.waitFor({ state: "detached" });
    await stage.accessible();
    await stage.picture("login");
  });
});

describe("a login", () => {
  test.each([
    ["password", "demo", "sato", "wrong-pass-1"],
    ["user", "demo", "nobody", "wrong-pass-1"],
    ["merchant", "nowhere", "sato", "wrong-pass-1"],
  ])("with a wrong %s is refused with the same words", async (_, merchant, user, typed) => {
    const { screen } = at;
    await screen.login(merchant, user, typed);
    await reads(screen.loginRemark, failed);
    expect(await screen.page.getByLabel("パスワード").inputValue()).toBe("");
    await screen.focusIsOn(screen.page.getByLabel("パスワード"));
  });

  test("at the supervisors' entrance is not for operators", async () => {
    const { stage, screen } = at;
    await stage.picture("login-error");
    await screen.button("管理者の方はこちら").click();
    await screen.login("demo", "sato", stage.operator.firstPassword);
    await reads(screen.loginRemark, restricted);
    await stage.picture("login-supervisor");
    await screen.button("オペレータの方はこちら").click();
  });

  test("of a supervisor belongs to the other entrance", async () => {
    const { stage, screen } = at;
    await screen.login("demo", "kanri", await stage.site.addSupervisor("demo", "kanri"));
    await reads(screen.loginRemark, restricted);
  });

  test("with the first password leads nowhere but to a new one", async () => {
    const { stage, screen } = at;
    await screen.login("demo", "sato", stage.operator.firstPassword);
    const refusal = screen.loginRemark.first();
    const set = async (first: string, again: string) => {
      await screen.page.getByLabel("新パスワード 必須", { exact: true }).fill(first);
      await screen.page.getByLabel("新パスワード(確認) 必須", { exact: true }).fill(again);
      await screen.button("更新").click();
    };
    await set("tsunagi-77", "tsunagi-78");
    await reads(refusal, "変更後のパスワードと再入力が一致しません。");
    await stage.accessible();
    await stage.picture("op-password-first");
    await set("onlyletters", "onlyletters");
    await reads(refusal, "パスワードには8文字以上の英文字、数字混在を設定してください。");
    await set(stage.operator.firstPassword, stage.operator.firstPassword);
    await reads(refusal, "過去に使用されたパスワードと重複しています。別のパスワードを入力してください。");
    await set(password, password);
    await reads(screen.sentence, ready);
  });
});

describe("one session a user", () => {
  test("a second login from elsewhere is refused, and the first goes on", async () => {
    const { stage, screen } = at;
    const colleague = stage.site.colleague(stage.operator, ["--transaction-id", "X-1", "--amount", "1"], { TSUNAGI_PASSWORD: password });
    expect(await colleague.ended).toBe(2);
    expect(colleague.output).toContain(alreadyLoggedIn);
    await reads(screen.sentence, ready);
  });

  test("logout asks first: いいえ stays, はい leaves", async () => {
    const { stage, screen } = at;
    await screen.transactionId.fill("ORD-20261122-0044");
    const ask = async () => {
      await screen.page.getByRole("button", { name: "受注センター 佐藤" }).click();
      await stage.picture("op-menu");
      await screen.page.getByRole("menuitem", { name: "ログアウト" }).click();
    };
    await ask();
    await reads(screen.dialog, "I005\nログアウトします。よろしいですか?\nはい\nいいえ");
    await screen.focusIsOn(screen.button("いいえ"));
    await stage.accessible();
    await stage.picture("op-logout");
    await screen.button("いいえ").click();
    await screen.dialog.waitFor({ state: "detached" });
    expect(await screen.transactionId.inputValue()).toBe("ORD-20261122-0044");
    await ask();
    await screen.button("はい").click();
    await screen.focusIsOn(screen.page.getByLabel("パスワード"));
    expect(await screen.page.getByLabel("IVRマーチャントID").inputValue()).toBe("demo");
    expect(await screen.page.getByLabel("ユーザID").inputValue()).toBe("sato");
  });

  test("who is logged in elsewhere is refused here", async () => {
    const { stage, screen } = at;
    const colleague = stage.site.colleague(stage.operator, ["--transaction-id", "X-1", "--amount", "1"], { TSUNAGI_PASSWORD: password });
    await colleague.wrote(/logged in as sato/);
    await screen.login("demo", "sato", password);
    await reads(screen.loginRemark, alreadyLoggedIn);
    await stage.picture("login-already");
    await colleague.stop();
    await screen.login("demo", "sato", password);
    await reads(screen.sentence, ready);
    expect(await screen.transactionId.inputValue(), "the form of who left").toBe("");
    expect(await screen.memberId.count()).toBe(0);
  });
});

let suzuki: Operator; // of a merchant with 会員ID

describe("a merchant with 会員ID", () => {
  test("has the field, and the next user begins with an empty form", async () => {
    const { stage, screen } = at;
    await stage.site.addMerchant("club", "会員制の店", "--member-id");
    suzuki = await stage.site.addOperator("club", "suzuki", "05030001025", "");
    await stage.site.setPassword(suzuki);
    await screen.transactionId.fill("ORD-20261122-0044");
    await screen.logout("受注センター 佐藤");
    await screen.login("club", "suzuki", password);
    await reads(screen.sentence, ready);
    expect(await screen.transactionId.inputValue()).toBe("");
    await screen.memberId.pressSequentially("会員1");
    await reads(screen.message("memberId"), "会員IDに使えるのは半角英数字と . _ - @ です。");
    await screen.memberId.fill("taro@example.jp");
    await reads(screen.message("memberId"), "半角英数字と . _ - @ 100文字まで");
    await stage.accessible();
    await stage.picture("op-member-id");
  });
});

describe("an administrator", () => {
  test("logs a user out by force, which the login screen says", async () => {
    const { stage, screen } = at;
    await stage.site.forceLogout(suzuki);
    await reads(screen.loginRemark, "管理者により強制ログアウトされました。");
    await stage.accessible();
    await stage.picture("login-forced");
    await screen.login("club", "suzuki", password);
    await reads(screen.sentence, ready);
    expect(await screen.memberId.inputValue(), "the form outlives a lost session").toBe("taro@example.jp");
    await screen.logout("suzuki");
  });
});

describe("an account", () => {
  test("is locked after 6 failures in a row, and the right password does not open it", async () => {
    const { stage, screen } = at;
    for (let n = 1; n <= 6; n++) {
      await screen.login("club", "suzuki", `wrong-pass-${n}`);
      expect(await screen.refusal()).toBe(failed);
    }
    await screen.login("club", "suzuki", password);
    await reads(screen.loginRemark, "該当ユーザ ID はロックされています。管理担当者にお問い合わせください。");
    await stage.accessible();
    await stage.picture("login-locked");
  });
});
