// How the monitoring pane scrolls through a supervisor's day, beside pages that do
// nothing at all: what those lose, this machine loses.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { patienceMs } from "../stage/program";
import { useStage } from "../stage/stage";
import { figure, spread } from "./figures";
import { record, type Frame } from "./frames";
import { Probe } from "./probe";

const count = 10_000;
const rowPx = 32;
const turns = 240;
const runs = Number(process.env["RUNS"] ?? 3);

const at = useStage({ loggedIn: true });

/** Scrolled is what became of the frames while a region was scrolled by the wheel. */
interface Scrolled {
  passed: number;
  /** from frame to frame of the page. */
  gapsMs: readonly number[];
  frames: readonly Frame[];
}

async function scrolled(page: Page, region: string): Promise<Scrolled> {
  const table = page.locator(region);
  await table.evaluate((element) => (element.scrollTop = 0));
  await table.hover();
  const stop = await record(page);
  const frames = await Probe.frames(page);
  for (let n = 0; n < turns; n++) await page.mouse.wheel(0, n % 60 < 50 ? 400 : 4000);
  const gapsMs = await frames();
  const { frames: all, marksMs } = await stop();
  const passed = Math.round((await table.evaluate((element) => element.scrollTop)) / rowPx);
  return { passed, gapsMs, frames: all.filter(({ beganMs }) => beganMs >= marksMs.get("begin")! && beganMs <= marksMs.get("end")!) };
}

function told(name: string, runs: readonly Scrolled[]): void {
  const frames = runs.flatMap((run) => run.frames);
  const gapsMs = runs.flatMap((run) => run.gapsMs);
  const count = (is: (frame: Frame) => boolean) => frames.filter(is).length;
  const late = gapsMs.filter((gap) => gap > 25).length; // one frame of 60 in a second was left out
  const workMs = frames.flatMap(({ drawnMs }) => (drawnMs ? [drawnMs.to - drawnMs.from] : []));
  figure(`${name}, ${runs.length} x ${runs[0]!.passed} lines scrolled past: the page's part of a frame, p50 / p99 / most`, spread(workMs));
  figure(`${name}: late ones of the page's frames`, `${late} of ${gapsMs.length}`);
  figure(
    `${name}: frames that Chromium has shown / of these, with rows still missing / that it dropped`,
    `${count(({ shown }) => shown !== "no")} / ${count(({ shown, gaps }) => shown !== "no" && gaps)} / ${count(({ dropped }) => dropped)}`,
  );
}

test("10,000 monitoring rows are scrolled", async () => {
  const { page } = at.screen;
  const probe = await Probe.install(page);
  const rows = Array.from({ length: count }, (_, i) => ({
    callId: `call-${Math.floor(i / 8)}`, operatorId: "sato", number: (i % 8) + 1, atMs: Date.now() - (count - i) * 1000,
    transactionId: `ORD-${Math.floor(i / 8)}`, point: "02.カード番号取得", result: "", code: "", message: "", ends: false,
  }));
  await probe.tell({ snapshot: { seq: 1e9, serverAtMs: Date.now(), calls: [], rows, results: [] } });
  const region = "[data-k=table]";
  const table = page.locator(region);
  await expect.poll(() => table.evaluate((element) => element.scrollHeight), { timeout: patienceMs }).toBeGreaterThan(count * rowPx);

  // Controls, scrolled as far: a page with nothing on it, and one of lines without any program.
  const box = (await table.boundingBox())!;
  const bare = await page.context().newPage();
  const still = (inside: string) =>
    `<!doctype html><style>body{margin:0}main{position:absolute;left:${box.x}px;top:${box.y}px;width:${box.width}px;height:${box.height}px;overflow-y:auto;background:#fff;contain:strict}div{height:${rowPx}px;font:14px sans-serif}</style><main>${inside}</main>`;
  const lines = rows.map(({ transactionId, point }) => `<div>${transactionId} ${point}</div>`).join("");
  const empty: Scrolled[] = [];
  const standing: Scrolled[] = [];
  const monitored: Scrolled[] = [];
  // In turns, so that what else the machine does falls on all alike.
  for (let n = 0; n < runs; n++) {
    await bare.bringToFront();
    await bare.setContent(still(`<div style="height:${count * rowPx}px"></div>`));
    empty.push(await scrolled(bare, "main"));
    await bare.setContent(still(lines));
    standing.push(await scrolled(bare, "main"));
    await page.bringToFront();
    monitored.push(await scrolled(page, region));
  }
  told("an empty page", empty);
  told("a page of 10,000 lines that stand still", standing);
  told("10,000 monitoring rows", monitored);
  await bare.close();

  await table.focus();
  await page.keyboard.press("End");
  await expect.poll(() => page.locator("tbody tr").last().innerText(), { timeout: patienceMs }).toContain("ORD-0\t");
  expect(await page.locator("tbody tr").count()).toBeLessThan(100);
}, 300_000);
