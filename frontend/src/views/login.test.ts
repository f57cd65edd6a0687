import { cleanup } from "@testing-library/svelte";
import { describe, expect, it, test, vi } from "vitest";
import { loggedOutState, operatorState, session } from "$lib/backend/samples";
import { scenarios } from "$lib/backend/scenarios";
import { passwordMismatch } from "$lib/model/words";
import { settle, show, type } from "$lib/testing/screen";

describe("login", () => {
  it("begins at the first empty field, enters by its own entrance and forgets the password", async () => {
    const { backend, field, getByRole } = await show(loggedOutState);
    expect(document.activeElement).toBe(field("password"));
    const login = vi.spyOn(backend, "login");
    getByRole("button", { name: "管理者の方はこちら" }).click();
    await settle();
    await type(field("password"), "demo-1234");
    getByRole("button", { name: "ログイン" }).click();
    await vi.waitFor(() => expect(field("code")).toBeTruthy());
    expect(login.mock.calls[0]![0]).toEqual({ merchantId: "Merchant", userId: "op-sato", password: "demo-1234", entrance: "supervisor", oneTimeCode: "" });
  });

  it("asks a supervisor for a one-time code, keeps the password for it and says when it is wrong", async () => {
    const { app, field, getByRole, findByText } = await show(scenarios["login-supervisor"]!.state);
    app.session({ type: "entrance", entrance: "supervisor" });
    await settle();
    const submit = () => getByRole("button", { name: "ログイン" }).click();
    await type(field("password"), "demo-1234");
    submit();
    expect((await findByText("ワンタイムコードを入力してください。")).closest(".note.info")).not.toBeNull();
    await vi.waitFor(() => expect(document.activeElement).toBe(field("code")));
    await type(field("code"), "000000");
    submit();
    expect((await findByText("ワンタイムコードが正しくありません。")).closest(".note.err")).not.toBeNull();
    await vi.waitFor(() => expect(field("code").value).toBe(""));
    await type(field("code"), "１２３４５６");
    submit();
    await vi.waitFor(() => expect(app.screen).toBe("supervisor"));
  });

  it("asks an operator too, where the merchant wants it", async () => {
    const { app, backend, field, getByRole, findByText } = await show(loggedOutState);
    backend.operatorCodes = true;
    const submit = () => getByRole("button", { name: "ログイン" }).click();
    await type(field("password"), "demo-1234");
    submit();
    expect(await findByText("ワンタイムコードを入力してください。")).toBeTruthy();
    await type(field("code"), "123456");
    submit();
    await vi.waitFor(() => expect(app.screen).toBe("operator"));
  });

  it("shows the refusal, empties the password and stays there", async () => {
    const { field, getByRole, findByText } = await show(loggedOutState);
    await type(field("password"), "wrong");
    getByRole("button", { name: "ログイン" }).click();
    expect(await findByText("認証に失敗しました。")).toBeTruthy();
    await vi.waitFor(() => expect(field("password").value).toBe(""));
    expect(document.activeElement).toBe(field("password"));
  });

  it("asks nothing of the server while a field is empty", async () => {
    const { backend, field, getByRole } = await show(loggedOutState);
    const login = vi.spyOn(backend, "login");
    await type(field("userId"), "");
    getByRole("button", { name: "ログイン" }).click();
    await settle();
    expect(login).not.toHaveBeenCalled();
    expect(document.activeElement).toBe(field("userId"));
  });

  it("warns after a forced logout", async () => {
    const { app, backend, findByText } = await show(operatorState([]));
    backend.emit({ loggedOut: { message: "管理者により強制ログアウトされました。" } });
    expect(await findByText("管理者により強制ログアウトされました。")).toBeTruthy();
    expect(app.board.live).toBe(false);
  });

  it("says what is wrong with the link", async () => {
    const { getByRole } = await show(scenarios["login-offline"]!.state);
    expect(getByRole("alert").textContent).toContain("サーバに接続できません");
  });
});

describe("the fingerprint of a new server", () => {
  const { state } = scenarios["login-fingerprint"]!;

  it("is trusted only after the box is ticked, and goes over whole", async () => {
    const { app, backend, getByRole } = await show(state);
    const trust = vi.spyOn(backend, "trust");
    const button = getByRole("button", { name: "信頼して接続" });
    button.click();
    expect(trust).not.toHaveBeenCalled();
    getByRole("checkbox").click();
    await settle();
    button.click();
    await settle();
    expect(trust).toHaveBeenCalledWith(state.link.certificate!.fingerprint);
    expect(app.client.link.phase).toBe("connected");
  });

  it("is refused by Esc", async () => {
    const { app } = await show(state);
    document.activeElement!.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true }));
    await vi.waitFor(() => expect(app.client.link.phase).toBe("idle"));
  });

  it("that changed says so", async () => {
    const { getByRole } = await show(scenarios["login-changed"]!.state);
    expect(getByRole("alertdialog").textContent).toContain("サーバの指紋が前回と変わりました");
  });
});

describe("the first password", () => {
  const first = operatorState([], { session: { ...session, passwordMustChange: true } });

  it("must be set before anything else", async () => {
    const { app, field, getByRole } = await show(first);
    expect(field("current")).toBeNull();
    await type(field("new"), "tsunagi-7");
    await type(field("repeat"), "tsunagi-7");
    getByRole("button", { name: "更新" }).click();
    await vi.waitFor(() => expect(app.screen).toBe("operator"));
  });

  it("is not sent when the repetition differs", async () => {
    const { backend, field, getByRole, getByText } = await show(first);
    const set = vi.spyOn(backend, "setPassword");
    await type(field("new"), "tsunagi-7");
    await type(field("repeat"), "tsunagi-8");
    getByRole("button", { name: "更新" }).click();
    await settle();
    expect(getByText(passwordMismatch)).toBeTruthy();
    expect(set).not.toHaveBeenCalled();
    expect(document.activeElement).toBe(field("repeat"));
  });

  it("shows why the server refused it", async () => {
    const { backend, field, getByRole, findByText } = await show(first);
    vi.spyOn(backend, "setPassword").mockRejectedValueOnce({ code: "password_refused", message: "過去に使用" });
    await type(field("new"), "tsunagi-7");
    await type(field("repeat"), "tsunagi-7");
    getByRole("button", { name: "更新" }).click();
    expect(await findByText("過去に使用")).toBeTruthy();
  });
});

test("every scenario can be drawn", async () => {
  for (const { state } of Object.values(scenarios)) {
    const screen = await show(state);
    expect(screen.container.querySelector("main")).not.toBeNull();
    cleanup();
  }
});
