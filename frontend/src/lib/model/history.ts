// 本日の履歴: today's results, newest first, narrowed by what is typed.
import type { Result } from "$lib/backend/types";
import { narrow, plainAmount } from "./order";

export interface Totals {
  ok: number;
  ng: number;
  hold: number;
  /** yen of the paid ones. */
  paid: number;
}

/** totals counts all results, whatever is typed in the filter. */
export function totals(results: readonly Result[]): Totals {
  const count = (outcome: string) => results.filter((r) => r.outcome === outcome).length;
  const paid = results.filter((r) => r.outcome === "ok").reduce((sum, r) => sum + r.amount, 0);
  return { ok: count("ok"), ng: count("ng"), hold: count("hold"), paid };
}

/** matching finds results by a part of the transaction ID, the amount or the last four, newest first. */
export function matching(results: readonly Result[], typed: string): Result[] {
  const text = narrow(typed).toLowerCase();
  const amount = plainAmount(typed);
  return results
    .filter(
      (r) =>
        text === "" ||
        r.transactionId.toLowerCase().includes(text) ||
        r.last4 === text ||
        (amount !== "" && String(r.amount).startsWith(amount)),
    )
    .toReversed();
}
