import { describe, expect, it, test, vi } from "vitest";
import { calls, order, sampleNow } from "$lib/backend/samples";
import { operator, press, settle } from "$lib/testing/screen";

describe("an order on hold", () => {
  const held = { messageId: "W406", message: "決済結果を確認中です。", callId: "42", transactionId: order(42) };

  it("is inquired about from the dialog, which says what came of it and stays", async () => {
    const { backend, getByRole } = await operator([calls.onHold]);
    const asked = vi.spyOn(backend, "inquire");
    backend.change({ notice: held });
    await settle();
    const dialog = getByRole("alertdialog");
    expect(document.activeElement?.textContent).toBe("OK");
    [...dialog.querySelectorAll("button")].find((button) => button.textContent === "照会")!.click();
    await settle();
    expect(asked).toHaveBeenCalledWith(order(42));
    expect(dialog.textContent).toContain("16:08:40 まだ確定していません");
  });

  it("is inquired about from its card, once at a time; the answer stands in the card", async () => {
    const { backend, getByRole, getByText } = await operator([calls.onHold]);
    let answer = () => {};
    const settled = { transactionId: order(42), outcome: "ok", code: "A001", message: "", atMs: sampleNow };
    const asked = vi.spyOn(backend, "inquire").mockImplementation(() => new Promise((resolve) => (answer = () => resolve(settled))));
    const button = getByRole("button", { name: "照会" });
    button.click();
    await settle();
    expect(getByText("照会しています")).toBeTruthy();
    button.click();
    expect(asked).toHaveBeenCalledTimes(1);
    answer();
    await settle();
    expect(getByText("照会の結果 決済OK")).toBeTruthy();
  });

  it("an inquiry that fails opens E309 and may be repeated", async () => {
    const { backend, getByRole, queryByText } = await operator([calls.onHold]);
    vi.spyOn(backend, "inquire").mockRejectedValueOnce({ code: "unavailable", message: "" });
    getByRole("button", { name: "照会" }).click();
    await settle();
    expect(getByRole("alertdialog").textContent).toContain("E309");
    expect(queryByText("照会しています")).toBeNull();
  });
});

describe("the talk script for the security code", () => {
  it("folds out by F8 and in by Esc, without taking the focus", async () => {
    const { field, getByRole, queryByRole } = await operator();
    field("amount").focus();
    await press("F8");
    expect(getByRole("complementary").textContent).toContain("カード裏面に3桁の数字を");
    expect(getByRole("button", { name: /セキュリティコードのご案内/ }).getAttribute("aria-expanded")).toBe("true");
    expect(document.activeElement).toBe(field("amount"));
    await press("Escape");
    expect(queryByRole("complementary")).toBeNull();
  });

  it("is the merchant's own where there is one", async () => {
    const { getByRole } = await operator([], { talkScript: "裏面の3桁です。\n\n表面の4桁です。" });
    await press("F8");
    expect(getByRole("complementary").querySelectorAll("section")).toHaveLength(2);
    expect(getByRole("complementary").textContent).not.toContain("VISA");
  });

  it("is not there for a merchant who asks for no security code", async () => {
    const { queryByRole } = await operator([], { securityCode: false });
    await press("F8");
    expect(queryByRole("complementary")).toBeNull();
    expect(queryByRole("button", { name: /セキュリティコードのご案内/ })).toBeNull();
  });
});

test("the own IVR number is copied as it is shown", async () => {
  const { getByRole } = await operator();
  const written = vi.spyOn(navigator.clipboard, "writeText").mockResolvedValue();
  getByRole("button", { name: "転送先の番号をコピー" }).click();
  await settle();
  expect(written).toHaveBeenCalledWith("050-3000-1024");
});
