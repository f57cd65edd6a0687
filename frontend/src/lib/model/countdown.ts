// Seconds as the screens show them. All points in time are milliseconds of the
// server's clock; the server owns every deadline, the screen only subtracts.
import { dayFormat, t } from "$lib/words/index.svelte";

/** secondsLeft is what a countdown shows: whole seconds, rounded up, never below 0. */
export function secondsLeft(deadlineMs: number, nowMs: number): number {
  return Math.max(0, Math.ceil((deadlineMs - nowMs) / 1000));
}

/** elapsedSeconds is what a stopwatch shows: whole seconds, rounded down, never below 0. */
export function elapsedSeconds(sinceMs: number, nowMs: number): number {
  return Math.max(0, Math.floor((nowMs - sinceMs) / 1000));
}

/**
 * untilNextTick is how long (ms, above 0, at most 1000) until the next of the shown
 * numbers changes. Each changes when the clock passes its anchor by a whole second.
 */
export function untilNextTick(anchorsMs: readonly number[], nowMs: number): number {
  let next = 1000;
  for (const anchor of anchorsMs) {
    const past = ((nowMs - anchor) % 1000 + 1000) % 1000;
    next = Math.min(next, 1000 - past);
  }
  return next;
}

/** tickCount is how many ticks of the bar are still lit: one per second in a window of 20 s. */
export function tickCount(seconds: number, windowSeconds: number, ticks: number): number {
  return Math.min(ticks, Math.ceil((seconds * ticks) / windowSeconds));
}

const spokenAt = [20, 10, 5];

/**
 * spoken is what the live region says when the countdown went from one number to
 * the next; empty most of the time, because a voice that counts every second cannot
 * be worked beside. A window is announced when it opens (before is null).
 */
export function spoken(before: number | null, seconds: number): string {
  if (before === null) return t("{n}秒以内に決済情報を送信してください。", { n: seconds });
  const passed = spokenAt.some((mark) => before > mark && seconds <= mark && seconds > 0);
  return passed ? t("残り{n}秒です。", { n: seconds }) : "";
}

/** clockTime is a moment as HH:MM:SS on the workstation's clock face. */
export function clockTime(ms: number): string {
  const at = new Date(ms);
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(":");
}

/** duration is a length as MM:SS, from an hour on as HH:MM:SS. */
export function duration(seconds: number): string {
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
  if (seconds >= 3600) parts.unshift(Math.floor(seconds / 3600));
  return parts.map(two).join(":");
}

/** day is a date as 「11月22日(日)」. */
export function day(ms: number): string {
  const at = new Date(ms);
  return dayFormat(at, { month: "short", day: "numeric", weekday: "short" });
}

/** fullDay is a date as 「2026年11月22日」. */
export function fullDay(ms: number): string {
  const at = new Date(ms);
  return dayFormat(at, { year: "numeric", month: "short", day: "numeric" });
}

function two(n: number): string {
  return String(n).padStart(2, "0");
}
