// What became of Chromium's frames, told by its compositor: when each was on the
// screen, and which of those that were wanted never came. A page alone cannot know.
import type { Page } from "playwright-core";

// Few events to a frame, so that the recording takes next to nothing itself.
const categories = ["disabled-by-default-devtools.timeline.frame", "blink.user_timing"];

/** The part of a trace event that is read. */
interface TraceEvent {
  name: string;
  ph: string;
  /** microseconds. */
  ts: number;
  pid: number;
  cat: string;
  id2?: { local: string };
  args: { frame_reporter?: { state: string; affects_smoothness: boolean; has_missing_content: boolean } };
}

/** Frame is one of the page's. Times are milliseconds of one clock. */
export interface Frame {
  beganMs: number;
  /** the page's part of it: script, style, layout, paint; null: it had none. */
  drawnMs: { from: number; to: number } | null;
  endedMs: number;
  /** shown: at endedMs it was on the screen, with all of the page's part or without. */
  shown: "all" | "partly" | "no";
  /** lost: it was to be shown, and was not. */
  lost: boolean;
  /** dropped: lost while something moved, so that the movement stumbled. */
  dropped: boolean;
  /** a part of it was still empty. */
  gaps: boolean;
}

/** Recording is what the compositor told, and the page's own marks. */
export interface Recording {
  frames: readonly Frame[];
  /** performance.mark by name. */
  marksMs: ReadonlyMap<string, number>;
}

/** record follows the page's frames until the answer is called. */
export async function record(page: Page): Promise<() => Promise<Recording>> {
  const browser = page.context().browser()!;
  await browser.startTracing(page, { categories });
  return async () => {
    const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
    return read(trace.traceEvents);
  };
}

function read(events: TraceEvent[]): Recording {
  const marks = events.filter(({ cat }) => cat?.includes("blink.user_timing"));
  const page = marks[0]?.pid;
  const frames: Frame[] = [];
  const open = new Map<string, Frame>();
  const stages = events.filter(({ pid, id2, cat }) => pid === page && id2 && cat.includes("timeline.frame"));
  for (const { name, ph, ts, id2, args } of stages.toSorted((a, b) => a.ts - b.ts)) {
    const id = id2!.local;
    const frame = open.get(id);
    if (name === "PipelineReporter" && ph === "b") open.set(id, begun(ts / 1000, args.frame_reporter!));
    if (!frame) continue;
    if (name === "SendBeginMainFrameToCommit") {
      if (ph === "b") frame.drawnMs = { from: ts / 1000, to: Infinity };
      else if (frame.drawnMs) frame.drawnMs.to = ts / 1000;
    }
    if (name === "PipelineReporter" && ph === "e") {
      frame.endedMs = ts / 1000;
      if (frame.drawnMs) frame.drawnMs.to = Math.min(frame.drawnMs.to, frame.endedMs);
      frames.push(frame);
      open.delete(id);
    }
  }
  return { frames, marksMs: new Map(marks.map(({ name, ts }) => [name, ts / 1000])) };
}

const shown: Record<string, Frame["shown"]> = { STATE_PRESENTED_ALL: "all", STATE_PRESENTED_PARTIAL: "partly" };

function begun(beganMs: number, { state, affects_smoothness, has_missing_content }: NonNullable<TraceEvent["args"]["frame_reporter"]>): Frame {
  const lost = state === "STATE_DROPPED";
  return { beganMs, drawnMs: null, endedMs: beganMs, shown: shown[state] ?? "no", lost, dropped: lost && affects_smoothness, gaps: has_missing_content };
}

/**
 * shownAt is when what the page drew at a moment was on the screen: with its own
 * frame, or where that was dropped with the next. "nothing" says that the picture was
 * the same as before; null, that nothing was recorded.
 */
export function shownAt({ frames }: Recording, atMs: number): number | "nothing" | null {
  const drawing = frames.filter(({ drawnMs }) => drawnMs && drawnMs.from <= atMs && atMs <= drawnMs.to);
  if (drawing.length === 0) return null;
  const seen = drawing.filter((frame) => frame.shown !== "no").map((frame) => frame.endedMs);
  if (seen.length > 0) return Math.min(...seen);
  if (drawing.every((frame) => !frame.lost)) return "nothing";
  const later = frames.filter((frame) => frame.shown === "all" && frame.endedMs > atMs).map((frame) => frame.endedMs);
  return later.length > 0 ? Math.min(...later) : null;
}
