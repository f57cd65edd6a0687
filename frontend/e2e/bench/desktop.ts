// How fast the screens are, with the real server and real calls: the second half of
// make bench-desktop, whose rows go to build/bench/desktop.md and from there by hand to
// desktop/docs/performance.md.
import { appendFile, mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { patienceMs, type Program } from "../stage/program";
import { reads } from "../stage/screen";
import { visa } from "../stage/site";
import { useStage } from "../stage/stage";
import { ready } from "../words";
import { record, shownAt } from "./frames";
import { Probe } from "./probe";

const calls = Number(process.env["CALLS"] ?? 30);
const figures: string[] = [];

afterAll(async () => {
  const folder = fileURLToPath(new URL("../../../build/bench/", import.meta.url));
  await mkdir(folder, { recursive: true });
  await appendFile(`${folder}desktop.md`, figures.map((line) => `${line}\n`).join(""));
  process.stdout.write(`\n${figures.join("\n")}\n`);
});

function figure(name: string, value: string): void {
  figures.push(`| ${name} | ${value} |`);
}

/** spread is p50, p99 and the most of many measurements. */
function spread(valuesMs: readonly number[]): string {
  const sorted = valuesMs.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!.toFixed(1);
  return `${at(0.5)} ms / ${at(0.99)} ms / ${at(1)} ms`;
}

const at = useStage({ loggedIn: true, merchant: ["--channels", "20"] });

let probe: Probe;

test("an event of the server to the screen, and 送信 to its answer", async () => {
  const { stage, screen } = at;
  const { page } = screen;
  await reads(screen.sentence, ready);
  probe = await Probe.install(page);
  const stop = await record(page);
  const paying: Program[] = [];
  for (let n = 1, left = 0; n <= calls; n++) {
    await page.fill("#transactionId", `BENCH-${n}`);
    await page.fill("#amount", "36500");
    // Every sixth customer pays, while the others come and go.
    const pays = n % 6 === 1;
    const telephone = stage.site.call(stage.operator, ...(pays ? [...visa, "--keying", "early"] : ["--hang-up-at", "order-received"]));
    await probe.reached("sendWindow", n);
    await page.keyboard.press("F12");
    await probe.reached("sent", n);
    if (pays) {
      paying.push(telephone);
      await probe.reached("cardNumber", paying.length);
    } else {
      await probe.reached("F301", ++left);
      await probe.focusedDialog();
      await page.keyboard.press("Enter");
      await telephone.ended;
    }
  }
  for (const telephone of paying) expect(await telephone.ended, telephone.output).toBe(0);
  const recording = await stop();
  const heard = await probe.heard();
  const shownMs: number[] = [];
  for (const { mark, lagMs, drawnMs } of heard) {
    const shown = shownAt(recording, recording.marksMs.get(mark)!);
    // Of a card that is scrolled out of the strip there is nothing to see.
    if (shown === "nothing") continue;
    shownMs.push(shown === null ? drawnMs : lagMs + shown - recording.marksMs.get(`${mark} heard`)!);
  }
  figure(`an event of the server, until it is on the screen (Chromium, ${shownMs.length} visible ones of ${calls} real calls), p50 / p99 / most`, spread(shownMs));
  figure("of that, until the page hears of it, p50 / p99 / most", spread(heard.map(({ lagMs }) => lagMs)));
  const sendsMs = await probe.sendsMs();
  figure(`送信 by F12, until the server has answered (${sendsMs.length} orders), p50 / p99 / most`, spread(sendsMs));
  expect(sendsMs.length).toBe(calls);
}, 600_000);

test("10,000 monitoring rows are scrolled", async () => {
  const { page } = at.screen;
  const rows = Array.from({ length: 10_000 }, (_, i) => ({
    callId: `call-${Math.floor(i / 8)}`, operatorId: "sato", number: (i % 8) + 1, atMs: Date.now() - (10_000 - i) * 1000,
    transactionId: `ORD-${Math.floor(i / 8)}`, point: "02.カード番号取得", result: "", code: "", message: "", ends: false,
  }));
  await probe.tell({ snapshot: { seq: 1e9, serverAtMs: Date.now(), calls: [], rows, results: [] } });
  const table = page.getByRole("region", { name: "IVRリアルタイムモニタリングの一覧" });
  await expect.poll(() => table.evaluate((element) => element.scrollHeight), { timeout: patienceMs }).toBeGreaterThan(10_000 * 32);
  await table.hover();
  const stop = await record(page);
  const frames = await probe.frames();
  for (let n = 0; n < 240; n++) await page.mouse.wheel(0, n % 60 < 50 ? 400 : 4000);
  const gapsMs = await frames();
  const { frames: wanted, marksMs } = await stop();
  const passed = Math.round((await table.evaluate((element) => element.scrollTop)) / 32);
  const late = gapsMs.filter((gap) => gap > 25).length; // one frame of 60 in a second was left out
  figure(`10,000 monitoring rows, ${passed} of them scrolled past: from frame to frame of the page, p50 / p99 / most`, spread(gapsMs));
  figure("of these, frames that the page dropped", `${late} of ${gapsMs.length}`);
  const scrolled = wanted.filter(({ beganMs }) => beganMs >= marksMs.get("begin")! && beganMs <= marksMs.get("end")!);
  const count = (is: (frame: (typeof scrolled)[number]) => boolean) => scrolled.filter(is).length;
  figure(
    "frames that Chromium has shown meanwhile / of these, with rows still missing / that it dropped",
    `${count(({ shown }) => shown !== "no")} / ${count(({ shown, gaps }) => shown !== "no" && gaps)} / ${count(({ dropped }) => dropped)}`,
  );
  await table.focus();
  await page.keyboard.press("End");
  await expect.poll(() => page.locator("tbody tr").last().innerText(), { timeout: patienceMs }).toContain("ORD-0\t");
  expect(await page.locator("tbody tr").count()).toBeLessThan(100);
});
