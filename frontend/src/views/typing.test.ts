import { describe, expect, it } from "vitest";
import { words } from "$lib/model/order";
import { fill, operator, press, settle, type } from "$lib/testing/screen";

describe("typing", () => {
  it("narrows full-width input as it is typed", async () => {
    const { field } = await operator();
    await type(field("transactionId"), "ＯＲＤ－１");
    expect(field("transactionId").value).toBe("ORD-1");
  });

  it("leaves a composition alone until it ends", async () => {
    const { field } = await operator();
    const input = field("amount");
    await type(input, "３６５００", { isComposing: true });
    expect(input.value).toBe("３６５００");
    input.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true }));
    await settle();
    expect(input.value).toBe("36,500");
  });

  it("keeps the caret behind its digit when separators come in", async () => {
    const { field } = await operator();
    const input = field("amount");
    input.focus();
    input.value = "1,92345";
    input.setSelectionRange(3, 3);
    input.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText" }));
    await settle();
    expect([input.value, input.selectionStart]).toEqual(["192,345", 2]);
  });

  it("clears a card number at once, twice if it is typed twice", async () => {
    const { field } = await operator();
    for (let i = 0; i < 2; i++) {
      await type(field("transactionId"), "4242424242424242");
      expect(field("transactionId").value).toBe("");
      expect(document.getElementById("transactionId-message")?.textContent).toBe(words.idIsCard);
    }
  });

  it("Enter moves on and skips nothing; during a composition it does nothing", async () => {
    const { field, send } = await operator([], { memberId: true });
    field("transactionId").focus();
    await press("Enter", { isComposing: true });
    expect(document.activeElement).toBe(field("transactionId"));
    for (const next of ["memberId", "amount", "paymentCount"]) {
      await press("Enter");
      expect(document.activeElement?.id).toBe(next);
    }
    await press("Enter");
    expect(document.activeElement).toBe(send);
  });

  it("Esc never empties; F4 does, and Ctrl+Z brings it back", async () => {
    const { field } = await operator();
    await fill(field);
    await press("Escape");
    expect(field("amount").value).toBe("36,500");
    await press("F4");
    expect(field("amount").value).toBe("");
    await press("z", { ctrlKey: true });
    expect(field("amount").value).toBe("36,500");
    expect((await press("z", { ctrlKey: true })).defaultPrevented).toBe(false);
  });
});
