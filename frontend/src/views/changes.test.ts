// What an administrator changes reaches the screen while its operator works.
import { describe, expect, it, test, vi } from "vitest";
import { calls, session } from "$lib/backend/samples";
import type { Session } from "$lib/backend/types";
import { operator, press, settle, type } from "$lib/testing/screen";

const merchantWith = (changes: Partial<Session["merchant"]>) => ({ session: { ...session, merchant: { ...session.merchant, ...changes } } });
const plain = { memberId: false, paymentCountChoice: false };

describe("a field that is switched on", () => {
  it("comes while the person types: what is typed stays, and so does the focus", async () => {
    const { backend, field, container } = await operator([], plain);
    await type(field("transactionId"), "ORD-1");
    field("amount").focus();
    await type(field("amount"), "36500");
    expect(container.querySelector("#memberId")).toBeNull();

    backend.emit(merchantWith({ memberId: true, paymentCountChoice: true }));
    await settle();
    expect([field("transactionId").value, field("amount").value]).toEqual(["ORD-1", "36,500"]);
    expect(document.activeElement).toBe(field("amount"));
    await type(field("memberId"), "m-1");
    expect(container.querySelector("#memberId")).not.toBeNull();
  });

  it("waits for the end of an open window: its call is judged by what it began with", async () => {
    const { backend, field, container } = await operator([], plain);
    await type(field("transactionId"), "ORD-1");
    await type(field("amount"), "1");
    backend.change({ call: calls.waiting });
    await settle();
    backend.emit(merchantWith({ memberId: true }));
    await settle();
    expect(container.querySelector("#memberId")).toBeNull();
    await press("F12");
    await settle();
    expect(container.querySelector("#memberId")).not.toBeNull();
  });
});

test("a field that is switched off is not sent, stands in nobody's way, and comes back as it was", async () => {
  const { backend, field } = await operator([], { memberId: true, paymentCountChoice: true });
  const sent = vi.spyOn(backend, "sendOrder").mockRejectedValueOnce({ code: "unavailable", message: "" });
  await type(field("transactionId"), "ORD-1");
  await type(field("memberId"), "会員");
  await type(field("amount"), "1");
  backend.emit(merchantWith(plain));
  backend.change({ call: calls.waiting });
  await settle();
  expect(field("paymentCount").value).toBe("1回");
  await press("F12");
  expect(sent.mock.calls[0]![2]).toEqual({ transactionId: "ORD-1", memberId: "", amount: "1", paymentCount: "1" });
  await press("Escape");
  backend.change({ call: { ...calls.waiting, state: "ended" } });
  backend.emit(merchantWith({ memberId: true }));
  await settle();
  expect(field("memberId").value).toBe("会員");
});

test("monitoring that is switched off takes the pane away, and the waiting time goes on", async () => {
  const { app, backend, queryByRole } = await operator();
  const since = app.attention.readySinceMs;
  const pane = () => queryByRole("region", { name: "IVRリアルタイムモニタリングの一覧" });
  expect(pane()).not.toBeNull();
  backend.emit(merchantWith({ monitoring: false }));
  await settle();
  expect(pane()).toBeNull();
  expect(app.attention.readySinceMs).toBe(since);
});

test("the comment in the user menu is the new one", async () => {
  const { backend, getByText } = await operator();
  backend.emit({ session: { ...session, user: { ...session.user, comment: "夜間受付" } } });
  await settle();
  expect(getByText("夜間受付")).toBeTruthy();
});
