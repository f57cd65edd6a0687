// The send window: the time in which one call waits for its order.
import type { Call } from "$lib/backend/types";

/**
 * SendWindow is the one open window. Its key makes sending idempotent: it is made
 * when the window opens and stays for every attempt within it.
 */
export interface SendWindow {
  callId: string;
  key: string;
  deadlineAtMs: number;
  arrivedAtMs: number;
  /** closed: sent, or known to be over before the server's change arrived. */
  phase: "open" | "sending" | "closed";
}

export interface Attention {
  window: SendWindow | null;
  /** since when the band has been green (server's clock), for 待機時間. */
  readySinceMs: number;
}

export type WindowEvent =
  /** The picture changed; waiting is the call that waits for its order, newKey is used if it is a new one. */
  | { type: "calls"; waiting: Call | undefined; newKey: string; atMs: number }
  | { type: "sending" }
  /** The request failed but the window may still be open. */
  | { type: "failed" }
  /** The order is sent, or the server said that no window is open. */
  | { type: "closed"; atMs: number }
  /** The link came back, or a user logged in: waiting begins anew. */
  | { type: "ready"; atMs: number };

export const noAttention: Attention = { window: null, readySinceMs: 0 };

export function reduceWindow(state: Attention, event: WindowEvent): Attention {
  const { window } = state;
  switch (event.type) {
    case "calls":
      return withCalls(state, event);
    case "sending":
      return window?.phase === "open" ? { ...state, window: { ...window, phase: "sending" } } : state;
    case "failed":
      return window?.phase === "sending" ? { ...state, window: { ...window, phase: "open" } } : state;
    case "closed":
      if (!window || window.phase === "closed") return state;
      return { window: { ...window, phase: "closed" }, readySinceMs: event.atMs };
    case "ready":
      return { ...state, readySinceMs: event.atMs };
  }
}

function withCalls(state: Attention, { waiting, newKey, atMs }: WindowEvent & { type: "calls" }): Attention {
  const { window } = state;
  if (!waiting) {
    if (!window) return state;
    return { window: null, readySinceMs: window.phase === "closed" ? state.readySinceMs : atMs };
  }
  const { id: callId, deadlineAtMs, arrivedAtMs } = waiting;
  if (window?.callId === callId) return { ...state, window: { ...window, deadlineAtMs, arrivedAtMs } };
  return { ...state, window: { callId, key: newKey, deadlineAtMs, arrivedAtMs, phase: "open" } };
}

/** openWindow is the window while an order may still be sent in it. */
export function openWindow({ window }: Attention): SendWindow | null {
  return window && window.phase !== "closed" ? window : null;
}
