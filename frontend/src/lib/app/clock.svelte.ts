import { untilNextTick } from "$lib/model/countdown";

/** Time is where the screens get the time of this workstation from (ms since 1970). */
export interface Time {
  now(): number;
}

export const systemTime: Time = { now: () => Date.now() };

/**
 * Clock is the time the screens are drawn at. It does not run by itself every
 * second: it wakes exactly when one of the shown numbers changes, so that a
 * countdown and a stopwatch beside it both step on their own second.
 */
export class Clock {
  /** server's clock, ms. */
  nowMs = $state(0);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #time: Time;

  constructor(time: Time) {
    this.#time = time;
  }

  /** set reads the time now and wakes again at the next second of any anchor (server's clock). */
  set(offsetMs: number, anchorsMs: readonly number[], woken: () => void): void {
    this.nowMs = this.#time.now() + offsetMs;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(woken, untilNextTick(anchorsMs, this.nowMs));
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
