// Rows of the monitoring pane: what one says about the payment, and which are drawn.
import type { Row } from "$lib/backend/types";

const outcomes: Record<string, string> = { OK: "ok", NG: "ng", 保留: "hold" };

/** outcomeOf is ok, ng, hold or empty; the last row of a call has it in its words. */
export function outcomeOf({ result, ends, point }: Row): string {
  const word = result || (ends ? (/^【決済(OK|NG|保留)】/.exec(point)?.[1] ?? "") : "");
  return outcomes[word] ?? "";
}

// Drawn beyond what is in sight at each side, so that a turn of the wheel finds rows,
// and so many at a time, so that not every step changes the page.
export const spareRows = 24;
const stepRows = 8;

/** Sight is where a list is scrolled to, and how many rows are drawn beyond each side. */
export interface Sight {
  scrolledPx: number;
  spare: number;
}

export const firstSight: Sight = { scrolledPx: 0, spare: spareRows };

/**
 * scrolledTo is the sight somewhere else. After a leap past everything that is drawn
 * no row can be kept: those in sight come first, the others with the next frames.
 */
export function scrolledTo({ scrolledPx: before, spare }: Sight, scrolledPx: number, rowPx: number): Sight {
  return { scrolledPx, spare: Math.abs(scrolledPx - before) > spareRows * rowPx ? 0 : spare };
}

/** widened is the sight with a few rows more at each side. */
export function widened({ scrolledPx, spare }: Sight): Sight {
  return { scrolledPx, spare: Math.min(spareRows, spare + stepRows) };
}

/**
 * rowsInSight is which rows of one height are drawn, [from, to): those in a view of
 * viewPx, and some around. Few rows are drawn whole.
 */
export function rowsInSight(count: number, rowPx: number, { scrolledPx, spare }: Sight, viewPx: number): [from: number, to: number] {
  const first = Math.floor(scrolledPx / rowPx / stepRows) * stepRows;
  const seen = rowsSeen(rowPx, viewPx);
  const to = Math.min(count, Math.max(first, 0) + seen + spare);
  return [Math.min(Math.max(0, first - spare), Math.max(0, to - seen - spare)), to];
}

const rowsSeen = (rowPx: number, viewPx: number) => Math.ceil(viewPx / rowPx) + stepRows;

/** mostRows is how many rows are drawn at most. */
export function mostRows(rowPx: number, viewPx: number): number {
  return rowsSeen(rowPx, viewPx) + 2 * spareRows;
}

/**
 * elementOf is which of the pool's elements shows a row, by its place from the newest. A
 * row keeps its element while it is drawn, whatever comes above it; and the element of
 * one that leaves the picture at one side shows the one that comes in at the other, with
 * other words: to change them is cheap, to make elements is not.
 */
export function elementOf(place: number, count: number, pool: number): number {
  return (count - 1 - place) % pool;
}
