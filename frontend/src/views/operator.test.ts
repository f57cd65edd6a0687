import { describe, expect, it, test, vi } from "vitest";
import { call, calls, order, results, sampleNow, session } from "$lib/backend/samples";
import { words } from "$lib/model/order";
import { headerLost, headerReady } from "$lib/model/words";
import { fill, operator, press, settle, type } from "$lib/testing/screen";

describe("送信", () => {
  it("is off outside a send window, stays reachable and says why", async () => {
    const { send, field } = await operator();
    await fill(field);
    expect(send.getAttribute("aria-disabled")).toBe("true");
    expect(document.getElementById(send.getAttribute("aria-describedby")!)?.textContent).toContain("IVRへ転送すると送信できます");
    await press("F12");
    expect(field("transactionId").value).toBe("ORD-1");
  });

  it("gets the focus when the window opens, sends by F12, empties the form and is green at once", async () => {
    const { backend, send, field, getByText } = await operator();
    await fill(field);
    backend.change({ call: calls.waiting });
    await settle();
    expect(document.activeElement).toBe(send);
    expect(send.getAttribute("aria-disabled")).toBeNull();

    const sent = vi.spyOn(backend, "sendOrder");
    await press("F12");
    const [callId, key, form] = sent.mock.calls[0]!;
    expect([callId, form]).toEqual(["44", { transactionId: "ORD-1", memberId: "", amount: "36,500", paymentCount: "1" }]);
    expect(key).toMatch(/^[0-9a-f-]{36}$/);
    expect(field("transactionId").value).toBe("");
    expect(document.activeElement).toBe(field("transactionId"));
    expect(getByText(headerReady, { selector: ".sentence" })).toBeTruthy();
    expect(getByText("電話機の「1」を押してください")).toBeTruthy();
  });

  it("keeps its key for a second attempt in the same window", async () => {
    const { backend, field } = await operator([calls.waiting]);
    await fill(field);
    const sent = vi.spyOn(backend, "sendOrder").mockRejectedValueOnce({ code: "unavailable", message: "" });
    await press("F12");
    await press("Escape");
    await press("F12");
    expect(sent.mock.calls[0]![1]).toBe(sent.mock.calls[1]![1]);
  });

  it("goes to the field that is missing, and nothing leaves", async () => {
    const { backend, field } = await operator([calls.waiting]);
    const sent = vi.spyOn(backend, "sendOrder");
    await type(field("transactionId"), "ORD-1");
    await press("F12");
    expect(sent).not.toHaveBeenCalled();
    expect(document.activeElement).toBe(field("amount"));
    expect(document.getElementById("amount-message")?.textContent).toBe(words.amountMissing);
  });

  it("shows the server's refusal at the field and goes there", async () => {
    const { backend, field, queryByRole } = await operator([calls.waiting]);
    await type(field("transactionId"), "ORD-7");
    await type(field("amount"), "1");
    const refusals = [{ field: "transactionId", message: words.alreadyPaid }];
    vi.spyOn(backend, "sendOrder").mockRejectedValueOnce({ code: "order_refused", message: "", refusals });
    await press("F12");
    expect(document.activeElement).toBe(field("transactionId"));
    expect(field("transactionId").getAttribute("aria-invalid")).toBe("true");
    expect(queryByRole("alertdialog")).toBeNull();
  });

  it("says at the field that an ID is paid once the field is left, and sends nothing", async () => {
    const { backend, field } = await operator([calls.waiting]);
    backend.paidBefore.add("ORD-1");
    await fill(field);
    expect(document.getElementById("transactionId-message")?.textContent).toBe(words.alreadyPaid);
    const sent = vi.spyOn(backend, "sendOrder");
    await press("F12");
    expect(sent).not.toHaveBeenCalled();
    expect(document.activeElement).toBe(field("transactionId"));
    backend.paidBefore.clear(); // cancelled by a supervisor
    await press("F12");
    expect(document.getElementById("transactionId-message")?.textContent).not.toBe(words.alreadyPaid);
    await press("F12");
    expect(sent).toHaveBeenCalledTimes(1);
  });

  it("sends without an answer about the ID when there is none, and never asks about a card", async () => {
    const { backend, field } = await operator([calls.waiting]);
    const asked = vi.spyOn(backend, "check").mockImplementation(() => new Promise(() => {}));
    await type(field("transactionId"), "0000000000000");
    field("amount").focus();
    await settle();
    expect(asked).not.toHaveBeenCalled();
    await fill(field);
    expect(asked.mock.calls).toEqual([["ORD-1"]]);
    const sent = vi.spyOn(backend, "sendOrder");
    await press("F12");
    expect(sent).toHaveBeenCalledTimes(1);
  });

  it("does not wait for two answers at once", async () => {
    const { backend, field } = await operator([calls.waiting]);
    await fill(field);
    let answer = () => {};
    const sent = vi.spyOn(backend, "sendOrder").mockImplementation(() => new Promise((resolve) => (answer = resolve)));
    await press("F12");
    await press("F12");
    expect(sent).toHaveBeenCalledTimes(1);
    answer();
    await settle();
    expect(field("amount").value).toBe("");
  });
});

describe("dialogs", () => {
  it("F303 when no window is open for the call; the header is green and the form kept", async () => {
    const { backend, field, getByRole, getByText } = await operator([calls.waiting]);
    await fill(field);
    vi.spyOn(backend, "sendOrder").mockRejectedValueOnce({ code: "no_window", message: "" });
    await press("F12");
    expect(getByRole("alertdialog").textContent).toMatch(/F303\s*送信が失敗しました。/);
    expect(getByText(headerReady, { selector: ".sentence" })).toBeTruthy();
    expect(field("transactionId").value).toBe("ORD-1");
  });

  it("E309 when the request fails, with the reference to read out", async () => {
    const { backend, field, getByRole } = await operator([calls.waiting]);
    await fill(field);
    vi.spyOn(backend, "sendOrder").mockRejectedValueOnce({ code: "internal", message: "", reference: "R-7" });
    await press("F12");
    expect(getByRole("alertdialog").textContent).toMatch(/E309.*問い合わせ番号 ?R-7/);
  });

  it("F301 keeps the form, and OK gives the focus back", async () => {
    const { backend, field, getByRole, queryByRole } = await operator([calls.waiting]);
    await fill(field);
    backend.change({ call: calls.timedOut, notice: { messageId: "F301", message: "決済処理が中断されました。", callId: "44", transactionId: "" } });
    await settle();
    expect(getByRole("alertdialog").textContent).toContain("20秒以内に送信がなかったため");
    getByRole("button", { name: "OK" }).click();
    await settle();
    expect(queryByRole("alertdialog")).toBeNull();
    expect(field("transactionId").value).toBe("ORD-1");
    expect(document.getElementById("send-hint")?.textContent).toContain("もう一度転送すると");
  });

  it("nothing is sent or emptied behind a dialog", async () => {
    const { backend, field } = await operator([calls.waiting]);
    await fill(field);
    const sent = vi.spyOn(backend, "sendOrder");
    backend.change({ notice: { messageId: "I402", message: "…", callId: "42", transactionId: order(42) } });
    await settle();
    await press("F12");
    await press("F4");
    expect(sent).not.toHaveBeenCalled();
    expect(field("transactionId").value).toBe("ORD-1");
  });

  it("I005 asks before logging out, and says what goes on", async () => {
    const { app, getByRole } = await operator([calls.enteringCode]);
    app.panel = "logout";
    await settle();
    expect(getByRole("alertdialog").textContent).toContain("通話中の取引が1件あります");
    getByRole("button", { name: "はい" }).click();
    await settle();
    expect(app.screen).toBe("login");
  });
});

describe("a lost link", () => {
  it("keeps the data, says so, and lets nothing be asked; typing goes on", async () => {
    const { app, backend, field, getByText, getByRole, send } = await operator([calls.enteringCode, calls.waiting]);
    await fill(field);
    backend.emit({ link: { ...app.client.link, phase: "lost", sinceMs: sampleNow } });
    await settle();
    expect(getByText(headerLost, { selector: ".sentence" })).toBeTruthy();
    expect(getByText("切断")).toBeTruthy();
    expect(send.getAttribute("aria-disabled")).toBe("true");
    expect(getByText("16:08:40 時点の表示")).toBeTruthy();
    for (const button of document.querySelectorAll<HTMLButtonElement>(".card button")) expect(button.disabled).toBe(true);
    expect(document.querySelectorAll("tbody tr")).toHaveLength(17);
    await type(field("amount"), "1");
    expect(field("amount").value).toBe("1");

    backend.emit({ link: { ...app.client.link, phase: "connected", sinceMs: sampleNow } });
    await settle();
    expect(send.getAttribute("aria-disabled")).toBeNull();
    expect(getByRole("form", { name: "決済情報" })).toBeTruthy();
  });

  it("that ends in a lost session leads to the login screen with its reason; the form outlives it", async () => {
    const { app, backend, field, getByText } = await operator([calls.enteringNumber]);
    await fill(field);
    vi.spyOn(backend, "ask").mockRejectedValueOnce({ code: "session_lost", message: "再度ログインしてください。" });
    await app.ask("43", "again");
    await settle();
    expect(getByText("再度ログインしてください。")).toBeTruthy();
    await app.login("Merchant", session.user.id, "demo-1234");
    expect(app.form.values.transactionId).toBe("ORD-1");
    app.session({ type: "loggedOut", message: "" });
    await app.login("Merchant", "op-suzuki", "demo-1234");
    expect(app.form.values.transactionId).toBe("");
  });
});

describe("the cards of live calls", () => {
  it("中断 asks first, and 戻る has the focus", async () => {
    const { backend, getByRole, getByText } = await operator([calls.enteringNumber]);
    const asked = vi.spyOn(backend, "ask");
    getByRole("button", { name: "中断" }).click();
    await settle();
    expect(getByText("この通話を終了しますか?")).toBeTruthy();
    expect(document.activeElement?.textContent).toBe("戻る");
    expect(asked).not.toHaveBeenCalled();
    getByRole("button", { name: "中断する" }).click();
    await settle();
    expect(asked).toHaveBeenCalledWith("43", "abort");
  });

  it("withdraws the question when the call can no longer be ended", async () => {
    const { backend, getByRole, queryByText } = await operator([calls.enteringNumber]);
    getByRole("button", { name: "中断" }).click();
    await settle();
    backend.change({ call: { ...calls.enteringNumber, state: "authorizing", canAbort: false, canAskAgain: false } });
    await settle();
    expect(queryByText("この通話を終了しますか?")).toBeNull();
  });
});

describe("the merchant's settings", () => {
  it("API: every field is read-only, 送信 and クリア work", async () => {
    const { app, field } = await operator([calls.waiting], { linkageMode: "api", memberId: true });
    for (const id of ["transactionId", "memberId", "amount", "paymentCount"]) expect(field(id).readOnly).toBe(true);
    app.edit({ type: "typed", field: "transactionId", value: "CRM-1", rules: app.rules });
    app.edit({ type: "typed", field: "amount", value: "100", rules: app.rules });
    await press("F12");
    expect(field("transactionId").value).toBe("");
  });

  it("会員ID is there only where it is on", async () => {
    expect((await operator()).field("memberId")).toBeNull();
  });

  it("支払回数 fixed to 1回", async () => {
    const { field } = await operator([], { paymentCountChoice: false });
    expect([field("paymentCount").value, field("paymentCount").readOnly]).toEqual(["1回", true]);
  });

  it("without monitoring the day's history is in its place, and F3 leads there and back", async () => {
    const { field, getByRole, queryByRole } = await operator([], { monitoring: false });
    expect(queryByRole("region", { name: "IVRリアルタイムモニタリングの一覧" })).toBeNull();
    const pane = getByRole("region", { name: "本日の履歴" });
    expect(pane.querySelectorAll("tbody tr")).toHaveLength(results.length);
    expect(document.activeElement).toBe(field("transactionId"));
    await press("F3");
    expect(pane.contains(document.activeElement)).toBe(true);
    expect(queryByRole("complementary", { name: "本日の履歴" })).toBeNull();
    await press("F3");
    expect(document.activeElement).toBe(field("transactionId"));
  });
});

test("データなし is said only by a live connection", async () => {
  const { app, backend, queryByText } = await operator();
  backend.emit({ snapshot: { seq: 2, serverAtMs: 0, calls: [], rows: [], results: [] } });
  await settle();
  expect(queryByText("データなし")).toBeTruthy();
  app.session({ type: "loggedOut", message: "" });
});

test("a new window closes what hides the form", async () => {
  const { app, backend } = await operator();
  app.panel = "password";
  await settle();
  backend.change({ call: call("9", { deadlineAtMs: sampleNow + 20_000 }) });
  await settle();
  expect(app.panel).toBe("none");
  expect(document.activeElement?.id).toBe("transactionId");
});
