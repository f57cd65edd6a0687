import type { Note } from "$lib/model/sound";

type Tone = readonly [hz: number, atSeconds: number, seconds: number];

const notes: Record<Note, readonly Tone[]> = {
  open: [[660, 0, 0.1], [880, 0.1, 0.12]],
  ten: [[880, 0, 0.06]],
  tick: [[1175, 0, 0.05]],
  ok: [[660, 0, 0.1], [990, 0.1, 0.16]],
  ng: [[440, 0, 0.12], [330, 0.12, 0.2]],
  lost: [[220, 0, 0.4]],
};

/** Player makes the short notes; it opens the sound device with the first one, and is silent where there is none. */
export class Player {
  #context: AudioContext | undefined;

  /** play sounds a note at a volume of 0 to 100. */
  play(note: Note, volume: number): void {
    if (!("AudioContext" in globalThis)) return;
    this.#context ??= new AudioContext();
    const context = this.#context;
    for (const [hz, at, seconds] of notes[note]) {
      const begin = context.currentTime + at;
      const gain = context.createGain();
      gain.gain.setValueAtTime(0, begin);
      gain.gain.linearRampToValueAtTime((volume / 100) * 0.3, begin + 0.01);
      gain.gain.exponentialRampToValueAtTime(0.0001, begin + seconds);
      const oscillator = context.createOscillator();
      oscillator.frequency.value = hz;
      oscillator.connect(gain).connect(context.destination);
      oscillator.start(begin);
      oscillator.stop(begin + seconds);
    }
  }
}
