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

test("rows are read newest first wherever the list is scrolled to, and know their place", async () => {
  const { drawn, ids, scrollTo } = table();
  for (const place of [0, 8, 16, 40, 48, 120, 104, 56, 300, 399, 0]) {
    await scrollTo(place);
    const first = Number(drawn()[0]!.getAttribute("aria-rowindex")) - 2;
    expect(ids()).toEqual(of(first, first + ids().length));
    expect(ids()).toContain(day.at(-1 - place)!.transactionId);
    expect(drawn().map((row) => Number(row.getAttribute("aria-rowindex")) - 2)).toEqual(ids().map((_, i) => first + i));
  }
});

test("scrolling makes no new elements: those that leave show what comes", async () => {
  const { drawn, scrollTo } = table();
  for (const place of [20, 40, 60, 80, 100]) await scrollTo(place);
  const before = new Set(drawn());
  for (const place of [108, 124, 104, 84]) await scrollTo(place);
  expect(drawn().filter((row) => !before.has(row))).toEqual([]);
});

test("a row that is drawn keeps its element when a newer one comes", async () => {
  const { drawn, ids, scrollTo, rerender } = table();
  for (const place of [20, 40]) await scrollTo(place);
  const before = new Map(ids().map((id, i) => [id, drawn()[i]]));
  await rerender({ rows: [...day, { ...day[0]!, callId: "new", transactionId: "ORD-new" }] });
  const kept = ids().filter((id) => before.has(id));
  expect(kept.length).toBeGreaterThan(40);
  for (const id of kept) expect(drawn()[ids().indexOf(id)]).toBe(before.get(id));
});

test("what is selected is let go with a leap, and stays where the row stays", async () => {
  const { drawn, scrollTo } = table();
  const selected = () => getSelection()!.toString();
  await scrollTo(8);
  const cell = drawn()[20]!.querySelector("td.id")!;
  const id = cell.textContent;
  getSelection()!.selectAllChildren(cell);
  await scrollTo(24);
  expect(selected()).toBe(id);
  await scrollTo(300);
  expect(selected()).toBe("");
});

test("whose call it is: the name, with the ID to it; the ID alone where no name is known", () => {
  const { drawn } = table({ operators: new Map([["op-sato", "受注センター 佐藤"]]) });
  const cells = drawn().slice(0, 2).map((row) => row.cells[1]!);
  expect(cells.map((cell) => [cell.textContent, cell.title])).toEqual([["受注センター 佐藤", "op-sato"], ["op-ito", "op-ito"]]);
});
