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
const spareRows = 24;
const stepRows = 8;

/**
 * rowsInSight is which rows of one height are drawn, [from, to): those in a view of
 * viewPx that is scrolled by scrolledPx, and some around. Few rows are drawn whole.
 */
export function rowsInSight(count: number, rowPx: number, scrolledPx: number, viewPx: number): [from: number, to: number] {
  const first = Math.floor(scrolledPx / rowPx / stepRows) * stepRows;
  const seen = Math.ceil(viewPx / rowPx) + stepRows;
  const to = Math.min(count, Math.max(first, 0) + seen + spareRows);
  return [Math.min(Math.max(0, first - spareRows), Math.max(0, to - seen - spareRows)), to];
}
