import { describe, expect, it, test } from "vitest";
import type { Form, Refusal } from "$lib/backend/types";
import { shared } from "$lib/testing/shared";
import { looksLikeCard, looksLikeWholeCard, narrow, refusalsOf, withSeparators, words, yen, type Rules } from "./order";

interface Case {
  name: string;
  form: Form;
  rules: Rules;
  refusals: Refusal[];
}

const cases: Case[] = JSON.parse(shared("order/testdata/cases.json"));

describe("the same form gets the same refusals as in Go", () => {
  test.each(cases)("$name", ({ form, rules, refusals }) => {
    expect(refusalsOf(form, rules)).toEqual(refusals);
  });
});

test("the words at the fields are those of shared/order", () => {
  const source = shared("order/words.go");
  for (const word of Object.values(words)) expect(source).toContain(JSON.stringify(word));
});

test.each([
  ["ＯＲＤ－１２", "ORD-12"],
  ["ORDー1―2−3", "ORD-1-2-3"],
  ["　 a b　", "a b"],
  ["＠．＿", "@._"],
  ["受注1", "受注1"],
])("narrow(%j) is %j", (typed, want) => {
  expect(narrow(typed)).toBe(want);
});

describe("a card number in the wrong field", () => {
  // 4242…4242 and its kind are published test numbers.
  test.each(["4242424242424242", "4242 4242 4242 4242", "378282246310005", "36227206271667", "6212345678901232"])("%s is one", (s) => {
    expect([looksLikeCard(s), looksLikeWholeCard(s)]).toEqual([true, true]);
  });

  test.each(["4242424242424241", "ORD-4242424242424242", "424242424242", "42424242424242424242"])("%s is none", (s) => {
    expect(looksLikeCard(s)).toBe(false);
  });

  it("does not stop an order number of digits half-way", () => {
    // The first 13 digits pass Luhn, the whole number does not.
    const number = "20261122160830";
    expect(looksLikeCard(number.slice(0, 13))).toBe(true);
    expect(looksLikeCard(number)).toBe(false);
    for (let i = 1; i <= number.length; i++) expect(looksLikeWholeCard(number.slice(0, i))).toBe(false);
  });
});

test.each([
  ["36500", "36,500"],
  ["３６５００", "36,500"],
  ["36,5001", "365,001"],
  ["999", "999"],
  ["36a", "36a"],
  ["", ""],
])("withSeparators(%j) is %j", (typed, want) => {
  expect(withSeparators(typed)).toBe(want);
});

test("yen", () => expect(yen(1_204_380)).toBe("1,204,380円"));
