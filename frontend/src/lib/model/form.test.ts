import { describe, expect, it, test } from "vitest";
import { caretAfter, emptyForm, firstProblem, idToCheck, isEmpty, reduceForm, type FormEvent, type OrderForm } from "./form";
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

describe("what the server knows of a transaction ID", () => {
  const known = (transactionId: string, message: string): FormEvent => ({ type: "known", known: { transactionId, message } });
  const paid = known("ORD-1", words.alreadyPaid);

  it("stands at the field as long as the ID does, and again when it comes back", () => {
    const told = reduceForm(filled, paid);
    expect(told.errors.transactionId).toBe(words.alreadyPaid);
    const other = reduceForm(told, typed("transactionId", "ORD-12"));
    expect(other.errors).toEqual({});
    expect(reduceForm(other, typed("transactionId", "ORD-1")).errors.transactionId).toBe(words.alreadyPaid);
  });

  it("keeps 送信 at the field until the server says otherwise", () => {
    const checked = reduceForm(reduceForm(filled, paid), { type: "checked", rules });
    expect(firstProblem(checked, rules)).toBe("transactionId");
    const cancelled = reduceForm(checked, known("ORD-1", ""));
    expect(cancelled.errors).toEqual({});
    expect(firstProblem(cancelled, rules)).toBeNull();
  });

  it("comes too late for an ID that is gone, and over no refusal of the form's own", () => {
    expect(reduceForm(filled, known("ORD-2", words.alreadyPaid)).errors).toEqual({});
    expect(after(typed("transactionId", "受注"), known("受注", "")).errors.transactionId).toBe(words.transactionIdCharacters);
  });

  it("takes back what the screen thought: the payment was cancelled", () => {
    const thought = after(typed("transactionId", "ORD-1"), left("transactionId", ["ORD-1"]));
    expect(reduceForm(thought, known("ORD-1", "")).errors).toEqual({});
  });

  it("is learned from a refused order too", () => {
    const refused = reduceForm(filled, { type: "refused", refusals: [{ field: "transactionId", message: words.alreadyPaid }] });
    expect(reduceForm(refused, { type: "checked", rules }).errors.transactionId).toBe(words.alreadyPaid);
  });

  it("survives クリア and its undoing", () => {
    const cleared = after(typed("transactionId", "ORD-1"), paid, { type: "cleared" });
    expect(cleared.errors).toEqual({});
    expect(reduceForm(cleared, typed("transactionId", "ORD-1")).errors.transactionId).toBe(words.alreadyPaid);
  });

  it("is asked about whole IDs only, and never about a card number", () => {
    const asked = (value: string) => idToCheck({ ...emptyForm, values: { ...emptyForm.values, transactionId: value } });
    expect(["ORD-1", " ＯＲＤ－１ ", "", "受注", card, "4242 4242 4242 4242"].map(asked)).toEqual(["ORD-1", "ORD-1", "", "", "", ""]);
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
