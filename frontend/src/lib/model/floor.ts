// The supervisor's picture of all operators, as far as the server tells it: whoever
// had a call today has a tile, which keeps its place.
import type { Call, Result } from "$lib/backend/types";
import type { Board } from "./board";
import { cardText, type CardIcon } from "./card";
import { clockTime, duration, elapsedSeconds } from "./countdown";
import { outcomeName } from "./words";

export interface Tile {
  operatorId: string;
  tone: "send" | "hand" | "ivr" | "back" | "idle";
  icon: CardIcon;
  title: string;
  time: string;
  line: string;
  /** results of today whose outcome is open. */
  holds: number;
}

/** tilesOf is a tile for each operator seen today, by ID: the memory of a place beats sorting by state. */
export function tilesOf({ calls, rows, results }: Board, nowMs: number): Tile[] {
  const seen = new Set([...calls, ...rows, ...results].map((one) => one.operatorId));
  return [...seen].sort().map((operatorId) => {
    const own = calls.filter((call) => call.operatorId === operatorId && call.state !== "ended");
    const done = results.filter((result) => result.operatorId === operatorId);
    const holds = done.filter((result) => result.outcome === "hold").length;
    return { operatorId, ...stateOf(own, done.at(-1), nowMs), holds };
  });
}

// What asks most of the operator is shown: the send window before the calls in the IVR.
const urgency = ["sendWindow", "handover", "ringback", "returning"];

function stateOf(calls: readonly Call[], last: Result | undefined, nowMs: number): Omit<Tile, "operatorId" | "holds"> {
  const call = urgency.map((state) => calls.find((c) => c.state === state)).find((c) => c !== undefined) ?? calls.at(-1);
  if (!call) {
    const line = last ? `直近 ${clockTime(last.atMs)} ${outcomeName(last.outcome)}` : "";
    return { tone: "idle", icon: "phone", title: "通話なし", time: "", line };
  }
  const { tone, icon, title, time, line } = cardText(call, nowMs);
  const more = calls.length > 1 ? `・ほか${calls.length - 1}件` : "";
  if (tone === "send") return { tone, icon, title, time, line: `着信 ${clockTime(call.arrivedAtMs)}${more}` };
  if (tone === "hand" || tone === "back") return { tone, icon, title: tone === "back" ? "通話戻し" : title, time, line: line + more };
  const since = duration(elapsedSeconds(call.arrivedAtMs, nowMs));
  return { tone: "ivr", icon: "call", title: "IVR通話中", time: since, line: title + more };
}

/** successRate is the share of OK among what is decided, in percent with one digit; empty before the first. */
export function successRate(ok: number, ng: number): string {
  return ok + ng === 0 ? "" : ((100 * ok) / (ok + ng)).toFixed(1);
}

/** reasons counts why payments failed, the most frequent first. */
export function reasons(results: readonly Result[], most: number): [reason: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { outcome, message, code } of results) {
    if (outcome === "ng") counts.set(message || code || "理由なし", (counts.get(message || code || "理由なし") ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a).slice(0, most);
}
