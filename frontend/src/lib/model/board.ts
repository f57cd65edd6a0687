// The live picture: calls, rows of the monitoring pane, today's results.
import type { Call, Change, Result, Row, Snapshot } from "$lib/backend/types";

export interface Board {
  /** live reports whether a snapshot has ever come: before it, empty does not mean 「データなし」. */
  live: boolean;
  /** seq of the snapshot: a change that is not above it is in the picture already. */
  seq: number;
  calls: readonly Call[];
  /** seq of the change that each call's picture came with, since the snapshot. */
  callSeq: Readonly<Record<string, number>>;
  /** slot of each call's card; a card keeps its slot for life. */
  slots: Readonly<Record<string, number>>;
  /** oldest first. */
  rows: readonly Row[];
  /** oldest first. */
  results: readonly Result[];
}

export type BoardEvent =
  | { type: "snapshot"; snapshot: Snapshot }
  | { type: "change"; change: Change }
  /** Time went by (server's clock): cards of ended calls leave. */
  | { type: "clock"; nowMs: number }
  | { type: "loggedOut" };

export const emptyBoard: Board = { live: false, seq: 0, calls: [], callSeq: {}, slots: {}, rows: [], results: [] };

/** endedCardMs is how long the card of an ended call stays. */
export const endedCardMs = 10_000;

// A supervisor's day: more than anybody scrolls through.
const maxRows = 10_000;

export function reduceBoard(state: Board, event: BoardEvent): Board {
  switch (event.type) {
    case "snapshot":
      return fromSnapshot(state, event.snapshot);
    case "change":
      return withChange(state, event.change);
    case "clock":
      return withoutOld(state, event.nowMs);
    case "loggedOut":
      return emptyBoard;
  }
}

function fromSnapshot(state: Board, { seq, calls, rows, results }: Snapshot): Board {
  // An empty Go slice may arrive as null.
  const kept = seated({ ...state, calls: calls ?? [] });
  return { ...kept, live: true, seq, callSeq: {}, rows: (rows ?? []).reduce(placeRow, []), results: results ?? [] };
}

// A change that a snapshot already had may arrive after it. Changes of the same moment
// may overtake each other on their way from Go: rows have places of their own, and of a
// call the newest picture stays.
function withChange(state: Board, { seq, call, row, result }: Change): Board {
  if (seq <= state.seq) return state;
  let next = state;
  if (call && seq >= (state.callSeq[call.id] ?? 0)) {
    const calls = replaced(next.calls, call, (c) => c.id === call.id);
    next = seated({ ...next, calls, callSeq: { ...next.callSeq, [call.id]: seq } });
  }
  if (row) next = { ...next, rows: placeRow(next.rows, row).slice(-maxRows) };
  if (result) next = { ...next, results: replaced(next.results, result, (r) => r.callId === result.callId && r.transactionId === result.transactionId) };
  return next;
}

function withoutOld(state: Board, nowMs: number): Board {
  const calls = state.calls.filter((call) => call.state !== "ended" || nowMs - call.stateAtMs < endedCardMs);
  return calls.length === state.calls.length ? state : seated({ ...state, calls });
}

// Calls that stay keep their slot, new ones take the lowest that is free.
function seated(state: Board): Board {
  const slots: Record<string, number> = {};
  for (const call of state.calls) {
    const slot = state.slots[call.id];
    if (slot !== undefined) slots[call.id] = slot;
  }
  for (const call of state.calls) {
    if (slots[call.id] !== undefined) continue;
    const taken = new Set(Object.values(slots));
    let free = 0;
    while (taken.has(free)) free++;
    slots[call.id] = free;
  }
  return { ...state, slots };
}

/**
 * placeRow puts a row where it belongs in rows (oldest first): within its call by
 * number, among other calls by time. A row that is already there is replaced.
 */
export function placeRow(rows: readonly Row[], row: Row): Row[] {
  const others = rows.filter((r) => r.callId !== row.callId || r.number !== row.number);
  let low = 0;
  let high = others.length;
  others.forEach((other, i) => {
    if (other.callId !== row.callId) return;
    if (other.number < row.number) low = Math.max(low, i + 1);
    else high = Math.min(high, i);
  });
  let at = Math.max(low, high);
  while (at > low && others[at - 1]!.atMs > row.atMs) at--;
  return others.toSpliced(at, 0, row);
}

function replaced<T>(list: readonly T[], item: T, same: (other: T) => boolean): T[] {
  const at = list.findIndex(same);
  return at < 0 ? [...list, item] : list.with(at, item);
}

/** windowCall is the call that waits for its order, if there is one. */
export function windowCall(board: Board): Call | undefined {
  return board.calls.find((call) => call.state === "sendWindow");
}

const attended = ["sendWindow", "handover", "ringback", "cardNumber", "expiry", "securityCode", "authorizing"];

/** isAttended tells whether a call waits for somebody at this screen or takes a card. */
export function isAttended(calls: readonly Call[]): boolean {
  return calls.some((call) => attended.includes(call.state));
}

/** seats are the calls by slot, in order, with the empty slots between them. */
export function seats(board: Board): (Call | null)[] {
  const list: (Call | null)[] = [];
  for (const call of board.calls) {
    // A call that ended before its order was sent has nothing left to show.
    if (call.state === "ended" && call.transactionId === "") continue;
    list[board.slots[call.id] ?? 0] = call;
  }
  return Array.from(list, (call) => call ?? null);
}

/** paidIDs are the transaction IDs paid today as far as this screen knows. */
export function paidIDs(board: Board): Set<string> {
  return new Set(board.results.filter((r) => r.outcome === "ok").map((r) => r.transactionId));
}

/** liveCount is the number of calls that have not ended. */
export function liveCount(board: Board): number {
  return board.calls.filter((call) => call.state !== "ended").length;
}
