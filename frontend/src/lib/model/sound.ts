// Which note belongs to what has just happened.
import type { Band } from "./band";

export type Note = "open" | "ten" | "tick" | "ok" | "ng" | "lost";

export interface Heard {
  band: Pick<Band, "kind" | "seconds">;
  /** number of results, and the outcome of the newest. */
  results: number;
  last: string;
}

const start: Heard = { band: { kind: "ready", seconds: 0 }, results: Number.MAX_SAFE_INTEGER, last: "" };

/**
 * between is the note for going from one picture to the next; null for silence.
 * attentive means that the window is in front and 送信 has the focus: then only the
 * last five seconds sound.
 */
function between(before: Heard, now: Heard, attentive: boolean): Note | null {
  const counting = now.band.kind === "send";
  const stepped = counting && before.band.kind === "send" && now.band.seconds < before.band.seconds;
  if (stepped && now.band.seconds <= 5 && now.band.seconds > 0) return "tick";
  if (now.band.kind === "lost" && before.band.kind !== "lost") return "lost";
  if (attentive) return null;
  if (counting && before.band.kind !== "send") return "open";
  if (stepped && before.band.seconds > 10 && now.band.seconds <= 10) return "ten";
  if (now.results > before.results) return now.last === "ok" ? "ok" : "ng";
  return null;
}

export const soundOf = { start, between };
