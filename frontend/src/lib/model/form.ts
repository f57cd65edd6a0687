// The payment-linkage form: what is typed, what is refused, what クリア took away.
import type { Form, Refusal } from "$lib/backend/types";
import {
  fields,
  looksLikeCard,
  looksLikeWholeCard,
  narrow,
  narrowed,
  once,
  refusalOf,
  refusalsOf,
  transactionIdRefusal,
  withSeparators,
  words,
  type Field,
  type Rules,
} from "./order";

export interface OrderForm {
  values: Form;
  errors: Partial<Record<Field, string>>;
  /** what クリア took away, until something is typed or sent. It never holds a card number: those are gone before. */
  cleared: Form | null;
  /** what the server last said of a transaction ID. */
  known: Known | null;
}

export interface Known {
  transactionId: string;
  /** why an order under it is refused; empty when it is not. */
  message: string;
}

export type FormEvent =
  /** A field was changed by the person; pasted tells that its text came in one piece. */
  | { type: "typed"; field: Field; value: string; rules: Rules; pasted?: boolean }
  /** The focus left a field. */
  | { type: "left"; field: Field; rules: Rules; paid: ReadonlySet<string> }
  /** The person asked to send: every field is judged. */
  | { type: "checked"; rules: Rules }
  /** The server was asked about a transaction ID. */
  | { type: "known"; known: Known }
  /** The server refused fields. */
  | { type: "refused"; refusals: Refusal[] }
  /** The language that this customer is to hear. */
  | { type: "language"; language: string }
  | { type: "cleared" }
  | { type: "restored" }
  /** The server has the order. */
  | { type: "sent" };

const emptyValues: Form = { transactionId: "", memberId: "", amount: "", paymentCount: once };

export const emptyForm: OrderForm = { values: emptyValues, errors: {}, cleared: null, known: null };

export function reduceForm(state: OrderForm, event: FormEvent): OrderForm {
  switch (event.type) {
    case "typed":
      return typed(state, event);
    case "left":
      return left(state, event);
    case "checked":
      return withKnown(withRefusals(state, refusalsOf(asShown(state.values, event.rules), event.rules), {}));
    case "known":
      return withKnown({ ...state, known: event.known });
    case "refused":
      return withRefusals({ ...state, known: knownOf(event.refusals, state) ?? state.known }, event.refusals, state.errors);
    case "language":
      return { ...state, values: { ...state.values, language: event.language } };
    case "cleared":
      return isEmpty(state) ? state : { ...emptyForm, cleared: state.values, known: state.known };
    case "restored":
      return state.cleared ? { ...emptyForm, values: state.cleared, known: state.known } : state;
    case "sent":
      return emptyForm;
  }
}

function typed(state: OrderForm, { field, value, rules, pasted }: FormEvent & { type: "typed" }): OrderForm {
  const text = field === "amount" ? withSeparators(value) : field === "paymentCount" ? value : narrowed(value);
  if (isID(field) && (pasted ? looksLikeCard(narrow(text)) : looksLikeWholeCard(narrow(text)))) {
    return withValue(state, field, "", words.idIsCard);
  }
  const next = withValue(state, field, text, whileTyping(field, text, rules));
  return field === "transactionId" ? withKnown(next) : next;
}

// While a field is being typed it is not called missing, and half an ID is not
// called a card number: both are judged when the focus leaves or at 送信.
function whileTyping(field: Field, text: string, rules: Rules): string {
  if (narrow(text) === "") return "";
  const message = refusalOf(field, text, rules);
  return message === words.idIsCard ? "" : message;
}

/** idToCheck is the transaction ID that the server may be asked about; empty where it is none, or a card number. */
export function idToCheck({ values }: OrderForm): string {
  const id = narrow(values.transactionId);
  return transactionIdRefusal(id) === "" ? id : "";
}

// What the server said stands at the field for as long as the ID stands in it.
function withKnown(state: OrderForm): OrderForm {
  const { known, values } = state;
  if (!known || known.transactionId !== idToCheck(state)) return state;
  return withValue(state, "transactionId", values.transactionId, known.message, state.cleared);
}

// A refusal that the form itself would not have made is the server's knowledge.
function knownOf(refusals: Refusal[], state: OrderForm): Known | null {
  const refusal = refusals.find(({ field }) => field === "transactionId");
  const transactionId = idToCheck(state);
  return refusal && transactionId !== "" && refusal.message !== words.idIsCard ? { transactionId, message: refusal.message } : null;
}

function left(state: OrderForm, { field, rules, paid }: FormEvent & { type: "left" }): OrderForm {
  const text = narrow(state.values[field]);
  if (text === "") return state;
  if (isID(field) && looksLikeCard(text)) return withValue(state, field, "", words.idIsCard);
  if (field !== "transactionId") return withValue(state, field, text, refusalOf(field, text, rules), state.cleared);
  // The screen's own knowledge is there at once; the server, asked next, has the last word.
  const known = paid.has(text) ? { transactionId: text, message: words.alreadyPaid } : state.known;
  return withKnown({ ...withValue(state, field, text, refusalOf(field, text, rules), state.cleared), known });
}

function withValue(state: OrderForm, field: Field, value: string, message: string, cleared: Form | null = null): OrderForm {
  const { [field]: _, ...others } = state.errors;
  return {
    ...state,
    values: { ...state.values, [field]: value },
    errors: message === "" ? others : { ...others, [field]: message },
    cleared,
  };
}

function withRefusals(state: OrderForm, refusals: Refusal[], errors: OrderForm["errors"]): OrderForm {
  let next: OrderForm = { ...state, errors: { ...errors } };
  for (const { field, message } of refusals) {
    if (!isField(field)) continue;
    const value = message === words.idIsCard ? "" : next.values[field];
    next = withValue(next, field, value, message, state.cleared);
  }
  return next;
}

/** firstProblem is the field to go to before sending: the first that is refused or would be. */
export function firstProblem(state: OrderForm, rules: Rules): Field | null {
  const refused = refusalsOf(asShown(state.values, rules), rules).map((refusal) => refusal.field);
  const shown = fields.filter((field) => field !== "memberId" || rules.memberId);
  return shown.find((field) => refused.includes(field) || state.errors[field] !== undefined) ?? null;
}

/**
 * asShown is what of the values stands on the screen, which is what is sent. A field that the merchant's
 * settings take away keeps what was typed, for they may give it back.
 */
export function asShown(values: Form, rules: Rules): Form {
  return {
    ...values,
    memberId: rules.memberId ? values.memberId : "",
    paymentCount: rules.paymentCountChoice ? values.paymentCount : once,
  };
}

export function isEmpty({ values }: OrderForm): boolean {
  return fields.every((field) => values[field] === emptyValues[field]);
}

/** caretAfter is where the caret belongs once separators have been put in: behind the same digit. */
export function caretAfter(typed: string, caret: number, shown: string): number {
  const before = typed.slice(0, caret).replace(/[,，]/g, "").length;
  let passed = 0;
  for (let i = 0; i < shown.length; i++) {
    if (passed === before) return i;
    if (shown[i] !== ",") passed++;
  }
  return shown.length;
}

function isID(field: Field): boolean {
  return field === "transactionId" || field === "memberId";
}

function isField(name: string): name is Field {
  return (fields as readonly string[]).includes(name);
}
