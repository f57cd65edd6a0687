import { cleanup, render } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, expect, test } from "vitest";
import { rows as samples } from "$lib/backend/samples";
import type { Row } from "$lib/backend/types";
import MonitorTable from "./MonitorTable.svelte";

afterEach(cleanup);

const day: Row[] = Array.from({ length: 400 }, (_, i) => ({
  ...samples[i % samples.length]!, callId: `call-${i}`, number: 1, operatorId: i % 2 ? "op-sato" : "op-ito", transactionId: `ORD-${i}`,
}));

function table(more: { rows?: Row[]; operators?: ReadonlyMap<string, string> } = {}) {
  const screen = render(MonitorTable, { rows: day, live: true, stale: false, ...more });
  const region = screen.getByRole("region");
  const drawn = () => [...region.querySelectorAll<HTMLTableRowElement>("tbody tr[aria-rowindex]")];
  return {
    ...screen,
    drawn,
    /** ids are the orders in the order in which they are read. */
    ids: () => drawn().map((row) => row.querySelector("td.id")!.textContent),
    async scrollTo(place: number) {
      region.scrollTop = place * 32;
      region.dispatchEvent(new Event("scroll"));
      await tick();
    },
  };
}

/** of are the orders of the day from one place to another, the newest first. */
const of = (from: number, to: number) => day.toReversed().slice(from, to).map((row) => row.transactionId);

test("whose call it is: the name, with the ID to it; the ID alone where no name is known", () => {
  const { drawn } = table({ operators: new Map([["op-sato", "受注センター 佐藤"]]) });
  const cells = drawn().slice(0, 2).map((row) => row.cells[1]!);
  expect(cells.map((cell) => [cell.textContent, cell.title])).toEqual([["受注センター 佐藤", "op-sato"], ["op-ito", "op-ito"]]);
});
