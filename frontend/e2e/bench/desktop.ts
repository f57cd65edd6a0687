// How fast the screens are, with the real server and real calls: the second half of
// make bench-desktop, whose rows go to build/bench/desktop.md and from there by hand to
// desktop/docs/performance.md.
import { appendFile, mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { patienceMs, type Program } from "../stage/program";
import { reads, says } from "../stage/screen";
import { visa } from "../stage/site";
import { useStage } from "../stage/stage";
import { countdown, ready } from "../words";

const calls = 30;
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

interface Probe {
eventsMs: number[];
sendsMs: number[];
gapsMs: number[];
}

type Probed = Window & {
probe: Probe;
runtime: { EventsOn: (name: string, heard: (event: { change?: { serverAtMs: number } }) => void) => void; EventsEmit: (name: string, event: unknown) => void };
go: { main: { App: { SendOrder: (...args: unknown[]) => Promise<unknown> } } };
};

const at = useStage({ loggedIn: true, merchant: ["--channels", "20"] });

test("an event of the server to the screen, and 送信 to its answer", async () => {
  const { stage, screen } = at;
  await reads(screen.sentence, ready);
  await screen.page.evaluate(() => {
    const page = window as unknown as Probed;
    page.probe = { eventsMs: [], sendsMs: [], gapsMs: [] };
    // The screens listen already, so they have changed when this hears of it. What
    // they changed is painted in the next frame. Both clocks are this machine's.
    page.runtime.EventsOn("tsunagi", ({ change }) => {
      if (change) requestAnimationFrame(() => setTimeout(() => page.probe.eventsMs.push(Date.now() - change.serverAtMs)));
    });
    let pressedMs = 0;
    addEventListener("keydown", (event) => event.key === "F12" && (pressedMs = performance.now()), true);
    const { App } = page.go.main;
    const send = App.SendOrder;
    App.SendOrder = async (...args) => {
      const answer = await send(...args);
      page.probe.sendsMs.push(performance.now() - pressedMs);
      return answer;
    };
  });
  const paying: Program[] = [];
  for (let n = 1; n <= calls; n++) {
    await screen.transactionId.fill(`BENCH-${n}`);
    await screen.amount.fill("36500");
    // Every sixth customer pays, while the others come and go.
    const pays = n % 6 === 1;
    const telephone = stage.site.call(stage.operator, ...(pays ? [...visa, "--keying", "early"] : ["--hang-up-at", "order-received"]));
    await says(screen.sentence, countdown);
    await screen.page.keyboard.press("F12");
    await reads(screen.sentence, ready);
    if (pays) {
      paying.push(telephone);
      await expect.poll(() => screen.cards.filter({ hasText: "転送操作中" }).count(), { timeout: patienceMs }).toBe(0);
    } else {
      await reads(screen.dialog, /^F301\n/);
      await screen.page.keyboard.press("Enter");
      await telephone.ended;
    }
  }
  for (const telephone of paying) expect(await telephone.ended, telephone.output).toBe(0);
  const { eventsMs, sendsMs } = await screen.page.evaluate(() => (window as unknown as Probed).probe);
  figure(`an event of the server, until it is painted (Chromium, ${eventsMs.length} events of ${calls} real calls), p50 / p99 / most`, spread(eventsMs));
  figure(`送信 by F12, until the server has answered (${sendsMs.length} orders), p50 / p99 / most`, spread(sendsMs));
  expect(sendsMs.length).toBe(calls);
}, 600_000);

test("10,000 monitoring rows are scrolled", async () => {
  const { page } = at.screen;
  await page.evaluate(() => {
    const rows = Array.from({ length: 10_000 }, (_, i) => ({
      callId: `call-${Math.floor(i / 8)}`, operatorId: "sato", number: (i % 8) + 1, atMs: Date.now() - (10_000 - i) * 1000,
      transactionId: `ORD-${Math.floor(i / 8)}`, point: "02.カード番号取得", result: "", code: "", message: "", ends: false,
    }));
    (window as unknown as Probed).runtime.EventsEmit("tsunagi", { snapshot: { seq: 1e9, serverAtMs: Date.now(), calls: [], rows, results: [] } });
  });
  const table = page.getByRole("region", { name: "IVRリアルタイムモニタリングの一覧" });
  await expect.poll(() => table.evaluate((element) => element.scrollHeight), { timeout: patienceMs }).toBeGreaterThan(10_000 * 32);
  await table.hover();
  await page.evaluate(() => {
    const { probe } = window as unknown as Probed;
    let before = performance.now();
    const frame = (now: number) => {
      probe.gapsMs.push(now - before);
      before = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  for (let n = 0; n < 240; n++) await page.mouse.wheel(0, n % 60 < 50 ? 400 : 4000);
  const gapsMs = await page.evaluate(() => (window as unknown as Probed).probe.gapsMs.slice(1));
  const passed = Math.round((await table.evaluate((element) => element.scrollTop)) / 32);
  const late = gapsMs.filter((gap) => gap > 25).length; // one frame of 60 in a second was left out
  figure(`10,000 monitoring rows, ${passed} of them scrolled past: from frame to frame, p50 / p99 / most`, spread(gapsMs));
  figure("frames dropped meanwhile", `${late} of ${gapsMs.length}`);
  await table.focus();
  await page.keyboard.press("End");
  await expect.poll(() => page.locator("tbody tr").last().innerText(), { timeout: patienceMs }).toContain("ORD-0\t");
  expect(await page.locator("tbody tr").count()).toBeLessThan(100);
});
