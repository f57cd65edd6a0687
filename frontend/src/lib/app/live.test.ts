import { describe, expect, it } from "vitest";
import { Fake } from "$lib/backend/fake";
import { calls, loggedOutState, operatorState, order, sampleNow, session } from "$lib/backend/samples";
import type { State } from "$lib/backend/types";
import { App } from "./app.svelte";

/** slow starts the application on a backend whose first state is on its way. */
function slow(state: State) {
  const backend = new Fake(structuredClone(state), () => sampleNow);
  let answer = () => {};
  // The picture is taken at the question and delivered at the answer.
  backend.state = () => {
    const taken = structuredClone(state);
    return new Promise((resolve) => (answer = () => resolve(taken)));
  };
  const app = new App(backend, { now: () => sampleNow });
  app.start();
  return { app, backend, answer: async () => (answer(), await new Promise((done) => setTimeout(done))) };
}

it("a supervisor is not asked to send in the window of an operator", async () => {
  const { app, answer } = slow(operatorState([calls.waiting], { session: { ...session, user: { ...session.user, entrance: "supervisor" } } }));
  await answer();
  expect(app.board.calls).toHaveLength(1);
  expect(app.window).toBeNull();
  expect(app.band.kind).toBe("ready");
});

describe("what is told while the first state is on its way", () => {
  it("is newer than that state: a call, a row, a result and a dialog stay", async () => {
    const { app, backend, answer } = slow(operatorState([calls.enteringCode]));
    backend.change({ call: calls.waiting });
    backend.change({ call: { ...calls.enteringCode, state: "authorizing" } });
    backend.change({ notice: { messageId: "I402", message: "…", callId: "42", transactionId: order(42) } });
    await answer();
    expect(app.board.calls.map((call) => `${call.id} ${call.state}`)).toEqual(["42 authorizing", "44 sendWindow"]);
    expect(app.window?.callId).toBe("44");
    expect(app.dialogs.map((dialog) => dialog.id)).toEqual(["I402"]);
  });

  it("and is already in it is not undone, but its dialog opens", async () => {
    const state = operatorState([{ ...calls.waiting, state: "handover" }]);
    state.snapshot!.seq = 7;
    const { app, backend, answer } = slow(state);
    const notice = { messageId: "W406", message: "…", callId: "42", transactionId: order(42) };
    backend.emit({ change: { seq: 6, serverAtMs: sampleNow, call: calls.waiting, notice } });
    await answer();
    expect(app.board.calls[0]!.state).toBe("handover");
    expect(app.dialogs).toHaveLength(1);
  });

  it("leads to the screen it says: a session that was resumed, a link that came", async () => {
    const { app, backend, answer } = slow({ ...loggedOutState, link: { ...loggedOutState.link, phase: "connecting" } });
    backend.emit({ session });
    backend.emit({ link: { ...loggedOutState.link, phase: "connected" } });
    await answer();
    expect(app.screen).toBe("operator");
    expect(app.lost).toBe(false);
  });
});
