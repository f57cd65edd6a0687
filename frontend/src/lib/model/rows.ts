// What a row of the monitoring pane says about the payment.
import type { Row } from "$lib/backend/types";

const outcomes: Record<string, string> = { OK: "ok", NG: "ng", 保留: "hold" };

/** outcomeOf is ok, ng, hold or empty; the last row of a call has it in its words. */
export function outcomeOf({ result, ends, point }: Row): string {
  const word = result || (ends ? (/^【決済(OK|NG)】/.exec(point)?.[1] ?? "") : "");
  return outcomes[word] ?? "";
}
