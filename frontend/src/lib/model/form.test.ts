import { describe, expect, it, test } from "vitest";
import { caretAfter, emptyForm, firstProblem, isEmpty, reduceForm, type FormEvent, type OrderForm } from "./form";
import { words, type Field, type Rules } from "./order";

const rules: Rules = { memberId: true, paymentCountChoice: true };
const card = "4242424242424242";

const typed = (field: Field, value: string, pasted = false): FormEvent => ({ type: "typed", field, value, rules, pasted });
const left = (field: Field, paid: string[] = []): FormEvent => ({ type: "left", field, rules, paid: new Set(paid) });
const after = (...events: FormEvent[]): OrderForm => events.reduce(reduceForm, emptyForm);

const filled = after(typed("transactionId", "ORD-1"), typed("amount", "36500"), typed("paymentCount", "3"));

describe("typing", () => {
  it("narrows full-width letters and keeps what is being typed", () => {
    expect(after(typed("transactionId", "ＯＲＤ－")).values.transactionId).toBe("ORD-");
  });

  it("groups an amount and says at once what cannot be right", () => {
    expect(after(typed("amount", "３６５００")).values.amount).toBe("36,500");
    expect(after(typed("amount", "12a")).errors.amount).toBe(words.amountCharacters);
    expect(after(typed("amount", "123456789")).errors.amount).toBe(words.amountTooLong);
  });

  it("does not call an empty field missing", () => {
    expect(after(typed("transactionId", "A"), typed("transactionId", "")).errors).toEqual({});
  });

  it("takes a message away once the field is right", () => {
    const wrong = after(typed("transactionId", "受注"));
    expect(wrong.errors.transactionId).toBe(words.transactionIdCharacters);
    expect(reduceForm(wrong, typed("transactionId", "A")).errors).toEqual({});
  });
});

describe("a card number in an ID field", () => {
  test.each<[string, FormEvent[]]>([
    ["typed to its end", [typed("transactionId", card)]],
    ["pasted with spaces", [typed("transactionId", "4242 4242 4242 4242", true)]],
    ["in full width", [typed("transactionId", "４２４２４２４２４２４２４２４２")]],
    ["of no known brand, when the focus leaves", [typed("transactionId", "0000000000000"), left("transactionId")]],
    ["of no known brand, pasted", [typed("transactionId", "0000000000000", true)]],
  ])("%s: cleared with the message", (_, events) => {
    const form = after(...events);
    expect(form.values.transactionId).toBe("");
    expect(form.errors.transactionId).toBe(words.idIsCard);
  });

  it("is not brought back by undoing クリア", () => {
    const form = after(typed("memberId", card), typed("amount", "1"), { type: "cleared" }, { type: "restored" });
    expect(JSON.stringify(form)).not.toContain(card);
    expect(form.values.amount).toBe("1");
  });

  it("refused by the server is cleared too", () => {
    const form = reduceForm(filled, { type: "refused", refusals: [{ field: "transactionId", message: words.idIsCard }] });
    expect(form.values.transactionId).toBe("");
  });
});

describe("leaving a field", () => {
  it("cuts spaces at the ends", () => {
    expect(after(typed("transactionId", " A "), left("transactionId")).values.transactionId).toBe("A");
  });

  it("warns of an ID that is known as paid", () => {
    expect(after(typed("transactionId", "ORD-1"), left("transactionId", ["ORD-1"])).errors.transactionId).toBe(words.alreadyPaid);
  });
});

describe("クリア", () => {
  it("empties everything and can be taken back until something is typed", () => {
    const cleared = reduceForm(filled, { type: "cleared" });
    expect(isEmpty(cleared)).toBe(true);
    expect(reduceForm(cleared, { type: "restored" }).values).toEqual(filled.values);
    const typing = reduceForm(cleared, typed("amount", "1"));
    expect(reduceForm(typing, { type: "restored" })).toBe(typing);
  });

  it("of an empty form does not forget the last one", () => {
    const cleared = reduceForm(filled, { type: "cleared" });
    expect(reduceForm(cleared, { type: "cleared" })).toBe(cleared);
  });
});

describe("sending", () => {
  it("goes to the first field that is missing or wrong", () => {
    const checked = after(typed("transactionId", "ORD-1"), { type: "checked", rules });
    expect(checked.errors).toEqual({ amount: words.amountMissing });
    expect(firstProblem(checked, rules)).toBe("amount");
    expect(firstProblem(filled, rules)).toBeNull();
  });

  it("shows the server's refusals at their fields and ignores fields it does not know", () => {
    const refusals = [{ field: "transactionId", message: words.alreadyPaid }, { field: "colour", message: "?" }];
    expect(reduceForm(filled, { type: "refused", refusals }).errors).toEqual({ transactionId: words.alreadyPaid });
  });

  it("empties the form once the server has the order, with nothing to take back", () => {
    expect(reduceForm(filled, { type: "sent" })).toEqual(emptyForm);
  });
});

test.each([
  // typed, caret, shown, wanted caret
  ["3650", 4, "3,650", 5],
  ["36,5001", 7, "365,001", 7],
  ["1,2345", 3, "12,345", 2],
  ["12,45", 2, "1,245", 3],
  ["１２３４", 4, "1,234", 5],
])("caret in %j behind %i goes to its digit in %j", (before, caret, shown, want) => {
  expect(caretAfter(before, caret, shown)).toBe(want);
});
