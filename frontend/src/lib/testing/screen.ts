import { cleanup, configure, render } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, vi } from "vitest";
import { App } from "$lib/app/app.svelte";
import { Fake } from "$lib/backend/fake";
import { operatorState, sampleNow, session } from "$lib/backend/samples";
import type { Call, Merchant, State } from "$lib/backend/types";
import Root from "../../Root.svelte";

// Whether something is hidden is CSS, which this DOM does not lay out: asking for it
// would cost most of the time of these tests. A failed query is told in one line.
configure({ defaultHidden: true, getElementError: (message) => new Error(message?.split("\n")[0]) });

let stop = () => {};
afterEach(() => {
  stop();
  cleanup();
});

/** show draws the whole application on a fake backend in that state, at the sample's moment. */
export async function show(state: State) {
  const backend = new Fake(structuredClone(state), () => sampleNow);
  const app = new App(backend, { now: () => sampleNow });
  stop = app.start();
  const screen = render(Root, { app });
  await settle();
  const field = (id: string) => screen.container.querySelector<HTMLInputElement>(`#${id}`)!;
  return { app, backend, field, ...screen };
}

/** operator shows the operator at work with these calls. */
export async function operator(live: Call[] = [], merchant: Partial<Merchant> = {}) {
  const state = operatorState(live, { session: { ...session, merchant: { ...session.merchant, ...merchant } } });
  const screen = await show(state);
  return { ...screen, send: screen.field("send") };
}

/** fill types an order that may be sent. */
export async function fill(field: (id: string) => HTMLInputElement): Promise<void> {
  await type(field("transactionId"), "ORD-1");
  await type(field("amount"), "36500");
}

/** settle waits until every answer of the fake backend has reached the screen. */
export async function settle(): Promise<void> {
  await vi.waitFor(async () => {
    await tick();
    await Promise.resolve();
  });
  for (let i = 0; i < 5; i++) await tick();
}

/** press plays a key on what has the focus. */
export async function press(key: string, more: KeyboardEventInit = {}): Promise<KeyboardEvent> {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
  (document.activeElement ?? document.body).dispatchEvent(event);
  await settle();
  return event;
}

/** type puts a text into an input as if it had been typed, with the caret behind it. */
export async function type(input: HTMLInputElement, value: string, more: InputEventInit = {}): Promise<void> {
  input.focus();
  input.value = value;
  input.setSelectionRange(value.length, value.length);
  input.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText", ...more }));
  await settle();
}
