// Which note belongs to what has just happened.
import type { Sounds } from "$lib/backend/types";
import type { Band } from "./band";

export type Note = "open" | "ten" | "tick" | "ok" | "ng" | "lost";

export interface Heard {
  band: Pick<Band, "kind" | "seconds" | "elapsed">;
  /** number of results, below 0 while none have been received; and the outcome of the newest. */
  results: number;
  last: string;
}

const start: Heard = { band: { kind: "ready", seconds: 0, elapsed: 0 }, results: -1, last: "" };

const lostAgainSeconds = 30;

/**
 * between is the note for going from one picture to the next; null for silence.
 * attentive means that the window is in front and 送信 has the focus: then only the
 * last five seconds sound.
 */
function between(before: Heard, now: Heard, attentive: boolean): Note | null {
  const counting = now.band.kind === "send";
  const stepped = counting && before.band.kind === "send" && now.band.seconds < before.band.seconds;
  if (stepped && now.band.seconds <= 5 && now.band.seconds > 0) return "tick";
  if (now.band.kind === "lost" && isDue(before.band, now.band)) return "lost";
  if (attentive) return null;
  if (counting && before.band.kind !== "send") return "open";
  if (stepped && before.band.seconds > 10 && now.band.seconds <= 10) return "ten";
  if (before.results >= 0 && now.results > before.results) return now.last === "ok" ? "ok" : "ng";
  return null;
}

// A lost link is heard again every 30 s.
function isDue(before: Heard["band"], now: Heard["band"]): boolean {
  const turns = ({ elapsed }: Heard["band"]) => Math.floor(elapsed / lostAgainSeconds);
  return before.kind !== "lost" || turns(now) > turns(before);
}

/** switches names the setting of each note. */
const switches: Record<Note, keyof Sounds> = { open: "window", ten: "countdown", tick: "countdown", ok: "result", ng: "result", lost: "lost" };

export const soundOf = { start, between, switches };
