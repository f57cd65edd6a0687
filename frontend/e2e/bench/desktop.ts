// How fast the screens are, with the real server and real calls: the second half of
// make bench-desktop.
import { expect, test } from "vitest";
import type { Program } from "../stage/program";
import { reads } from "../stage/screen";
import { visa } from "../stage/site";
import { useStage } from "../stage/stage";
import { ready } from "../words";
import { figure, spread } from "./figures";
import { record, shownAt } from "./frames";
import { Probe } from "./probe";

const calls = Number(process.env["CALLS"] ?? 30);
const at = useStage({ loggedIn: true, merchant: ["--channels", "20"] });

test("an event of the server to the screen, and 送信 to its answer", async () => {
  const { stage, screen } = at;
  const { page } = screen;
  await reads(screen.sentence, ready);
  const probe = await Probe.install(page);
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
