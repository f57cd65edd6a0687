// What the page itself notes for the figures. It waits in the page, because a test that
// asks over and over what is to be seen keeps it from its work.
import type { Page } from "playwright-core";

/** A change of the server, as the page heard of it. Times are Date.now() less the server's own time of the change. */
export interface Heard {
  mark: string;
  lagMs: number;
  /** until the page had drawn it, whenever it was on the screen. */
  drawnMs: number;
}

interface Change {
  serverAtMs: number;
  call?: { id: string; state: string };
  notice?: { callId: string; messageId: string };
}

interface Notes {
  heard: Heard[];
  sendsMs: number[];
  /** what was reached, by how many calls. */
  reached: Map<string, Set<string>>;
  waiting: Set<() => void>;
}

type Probed = Window & {
  notes: Notes;
  runtime: { EventsOn: (name: string, heard: (event: { change?: Change }) => void) => void; EventsEmit: (name: string, event: unknown) => void; WindowHide: () => void };
  go: { main: { App: { SendOrder: (callId: string, ...args: unknown[]) => Promise<unknown> } } };
};

/** Probe is in one page. */
export class Probe {
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  /** install begins to note, and hides the program's own window: nobody looks at the same screens twice. */
  static async install(page: Page): Promise<Probe> {
    await page.evaluate(() => {
      const { runtime, go } = window as unknown as Probed;
      const notes: Notes = { heard: [], sendsMs: [], reached: new Map(), waiting: new Set() };
      Object.assign(window, { notes });
      runtime.WindowHide();
      const reach = (what: string, callId: string) => {
        notes.reached.set(what, (notes.reached.get(what) ?? new Set()).add(callId));
        for (const look of notes.waiting) look();
      };
      // The screens listen already, so they have changed when this hears of it. What
      // they changed is drawn in the next frame. Both clocks are this machine's.
      let count = 0;
      runtime.EventsOn("tsunagi", ({ change }) => {
        if (!change) return;
        const { serverAtMs, call, notice } = change;
        const mark = `change ${++count}`;
        const lagMs = Date.now() - serverAtMs;
        performance.mark(`${mark} heard`);
        requestAnimationFrame(() => {
          performance.mark(mark);
          setTimeout(() => notes.heard.push({ mark, lagMs, drawnMs: Date.now() - serverAtMs }));
        });
        if (call) reach(call.state, call.id);
        if (notice) reach(notice.messageId, notice.callId);
      });
      let pressedMs = 0;
      addEventListener("keydown", (event) => event.key === "F12" && (pressedMs = performance.now()), true);
      const send = go.main.App.SendOrder;
      go.main.App.SendOrder = async (callId, ...args) => {
        const answer = await send(callId, ...args);
        notes.sendsMs.push(performance.now() - pressedMs);
        reach("sent", callId);
        return answer;
      };
    });
    return new Probe(page);
  }

  /** reached waits until so many calls have reached a state, a dialog or "sent", and it is drawn. */
  async reached(what: string, calls: number): Promise<void> {
    await this.#page.evaluate(async ([what, calls]) => {
      const { notes } = window as unknown as Probed;
      await new Promise<void>((resolve) => {
        const look = () => {
          if ((notes.reached.get(what)?.size ?? 0) < calls) return;
          notes.waiting.delete(look);
          resolve();
        };
        notes.waiting.add(look);
        look();
      });
      for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
    }, [what, calls] as const);
  }

  /** answered waits until the focus is on a dialog's safe answer. */
  async focusedDialog(): Promise<void> {
    await this.#page.evaluate(async () => {
      while (!document.activeElement?.matches("[role=alertdialog] [data-safe]")) await new Promise(requestAnimationFrame);
    });
  }

  heard(): Promise<Heard[]> {
    return this.#page.evaluate(() => (window as unknown as Probed).notes.heard);
  }

  sendsMs(): Promise<number[]> {
    return this.#page.evaluate(() => (window as unknown as Probed).notes.sendsMs);
  }

  /** tell has the screens hear an event as if it came from the program. */
  async tell(event: unknown): Promise<void> {
    await this.#page.evaluate((event) => (window as unknown as Probed).runtime.EventsEmit("tsunagi", event), event);
  }

  /** frames notes from frame to frame of a page, between the marks "begin" and "end"; the answer ends it. */
  static async frames(page: Page): Promise<() => Promise<number[]>> {
    const noted = await page.evaluateHandle(() => {
      const gapsMs: number[] = [];
      let before = 0;
      performance.mark("begin");
      const frame = (now: number) => {
        if (before > 0) gapsMs.push(now - before);
        before = now;
        requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
      return gapsMs;
    });
    return () =>
      noted.evaluate((gapsMs) => {
        performance.mark("end");
        return gapsMs.slice();
      });
  }
}
