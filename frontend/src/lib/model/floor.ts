// The supervisor's picture of all operators: each has a tile, which keeps its place.
import type { Call, Result, UserState } from "$lib/backend/types";
import type { Board } from "./board";
import { cardText, type CardIcon } from "./card";
import { clockTime, duration, elapsedSeconds } from "./countdown";
import { outcomeName } from "./words";
import { t } from "$lib/words/index.svelte";

/** TileIcon is the look of an operator without a call. */
export type TileIcon = "ready" | "off";

export interface Tile {
  operatorId: string;
  /** the operator's comment, or the ID. */
  name: string;
  tone: "send" | "hand" | "ivr" | "back" | "ready" | "idle";
  icon: CardIcon | TileIcon;
  /** has a session that can be ended. */
  here: boolean;
  title: string;
  time: string;
  line: string;
  /** results of today whose outcome is open. */
  holds: number;
}

/**
 * tilesOf is a tile for each operator, by ID: the memory of a place beats sorting by
 * state. Whoever had a call today has one even where the users are not known.
 */
export function tilesOf({ calls, rows, results }: Board, nowMs: number, users: readonly UserState[] = []): Tile[] {
  const operators = new Map(users.filter(({ user }) => user.entrance === "operator").map((one) => [one.user.id, one]));
  const seen = new Set([...operators.keys(), ...[...calls, ...rows, ...results].map((one) => one.operatorId)]);
  return [...seen].sort().map((operatorId) => {
    const known = operators.get(operatorId);
    const own = calls.filter((call) => call.operatorId === operatorId && call.state !== "ended");
    const done = results.filter((result) => result.operatorId === operatorId);
    const holds = done.filter((result) => result.outcome === "hold").length;
    const here = known !== undefined && known.presence !== "offline";
    const state = stateOf(own, done.at(-1), nowMs);
    const name = known?.user.comment || operatorId;
    return { operatorId, name, here, ...state, ...(known && own.length === 0 ? resting(known, nowMs) : {}), holds };
  });
}

// What asks most of the operator is shown: the send window before the calls in the IVR.
const urgency = ["sendWindow", "handover", "ringback", "returning"];

function stateOf(calls: readonly Call[], last: Result | undefined, nowMs: number): Omit<Tile, "operatorId" | "name" | "here" | "holds"> {
  const call = urgency.map((state) => calls.find((c) => c.state === state)).find((c) => c !== undefined) ?? calls.at(-1);
  if (!call) {
    // An open one has its own mark.
    const line = last && last.outcome !== "hold" ? t("直近 {time} {outcome}", { time: clockTime(last.atMs), outcome: outcomeName(last.outcome) }) : "";
    return { tone: "idle", icon: "phone", title: t("通話なし"), time: "", line };
  }
  const { tone, icon, title, time, line } = cardText(call, nowMs);
  const more = calls.length > 1 ? t("・ほか{n}件", { n: calls.length - 1 }) : "";
  if (tone === "send") return { tone, icon, title, time, line: t("着信 {time}", { time: clockTime(call.arrivedAtMs) }) + more };
  if (tone === "hand" || tone === "back") return { tone, icon, title: tone === "back" ? t("通話戻し") : title, time, line: line + more };
  const since = duration(elapsedSeconds(call.arrivedAtMs, nowMs));
  return { tone: "ivr", icon: "call", title: t("IVR通話中"), time: since, line: title + more };
}

// An operator without a call: ready, cut off or not there.
function resting({ presence, sinceMs, locked, disabled }: UserState, nowMs: number): Pick<Tile, "tone" | "icon" | "title" | "time"> & Partial<Pick<Tile, "line">> {
  const time = sinceMs > 0 ? duration(elapsedSeconds(sinceMs, nowMs)) : "";
  if (presence === "online") return { tone: "ready", icon: "ready", title: t("待機"), time };
  const why = disabled ? t("利用停止") : locked ? t("アカウントがロック中") : "";
  const off = { tone: "idle", icon: "off", title: t(presence === "lost" ? "切断" : "オフライン"), time } as const;
  return why === "" ? off : { ...off, line: why };
}

/** namesOf are the comments of the users who have one, by ID. */
export function namesOf(users: readonly UserState[]): ReadonlyMap<string, string> {
  return new Map(users.filter(({ user }) => user.comment !== "").map(({ user }) => [user.id, user.comment]));
}

/** successRate is the share of OK among what is decided, in percent with one digit; empty before the first. */
export function successRate(ok: number, ng: number): string {
  return ok + ng === 0 ? "" : ((100 * ok) / (ok + ng)).toFixed(1);
}

/** reasons counts why payments failed, the most frequent first. */
export function reasons(results: readonly Result[], most: number): [reason: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { outcome, message, code } of results) {
    const reason = t(message) || code || t("理由なし");
    if (outcome === "ng") counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a).slice(0, most);
}
