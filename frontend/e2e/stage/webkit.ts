import { mkdir, readdir, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { expect, vi } from "vitest";
import { freeAddress } from "./desktop";
import { patienceMs, Program } from "./program";

// Keys as WebDriver spells them (WebDriver 17.4.2).
export const keys = { enter: "\uE007", f12: "\uE03C" } as const;

const elementKey = "element-6066-11e4-a52e-4f735466cecf"; // WebDriver 12.1

/**
 * WebKit is WebKitGTK's MiniBrowser, the engine of the program's own window on Linux,
 * driven over WebDriver. The window itself cannot be driven so.
 */
export class WebKit {
  #session: string;

  private constructor(session: string) {
    this.#session = session;
  }

  /** start opens a window on the display that the surroundings name. */
  static async start(surroundings: Record<string, string>): Promise<WebKit> {
    const address = await freeAddress();
    const port = address.split(":")[1];
    void new Program("WebKitWebDriver", "WebKitWebDriver", ["--host=local", `--port=${port}`], { env: surroundings });
    await vi.waitFor(() => ask("GET", `http://${address}/status`), { timeout: patienceMs });
    const options = { binary: await miniBrowser(), args: ["--automation"] };
    const capabilities = { alwaysMatch: { "webkitgtk:browserOptions": options } };
    const { sessionId } = await ask<{ sessionId: string }>("POST", `http://${address}/session`, { capabilities });
    return new WebKit(`http://${address}/session/${sessionId}`);
  }

  #ask<T = unknown>(method: "GET" | "POST" | "DELETE", path: string, body?: unknown): Promise<T> {
    return ask(method, `${this.#session}${path}`, body);
  }

  async visit(address: string, width: number, height: number): Promise<void> {
    await this.#ask("POST", "/window/rect", { x: 0, y: 0, width, height });
    await this.#ask("POST", "/url", { url: address });
  }

  /** run runs a function's body in the page. */
  run<T>(script: string, ...args: unknown[]): Promise<T> {
    return this.#ask("POST", "/execute/sync", { script, args });
  }

  /** text is what is written in the first element; empty where there is none. */
  text(selector: string): Promise<string> {
    return this.run("return document.querySelector(arguments[0])?.innerText.trim() ?? ''", selector);
  }

  /** says waits until an element says this. */
  async says(selector: string, words: RegExp): Promise<void> {
    await expect.poll(() => this.text(selector), { timeout: patienceMs }).toMatch(words);
  }

  // An element may be on its way, or behind a dialog that is just closing.
  async #reach(xpath: string, deed: string, body: unknown): Promise<void> {
    await vi.waitFor(async () => {
      const found = await this.#ask<Record<string, string>>("POST", "/element", { using: "xpath", value: xpath });
      await this.#ask("POST", `/element/${found[elementKey]}/${deed}`, body);
    }, { timeout: patienceMs });
  }

  click(xpath: string): Promise<void> {
    return this.#reach(xpath, "click", {});
  }

  type(xpath: string, text: string): Promise<void> {
    return this.#reach(xpath, "value", { text });
  }

  /** press presses a key wherever the focus is. */
  async press(key: string): Promise<void> {
    const actions = [{ type: "keyDown", value: key }, { type: "keyUp", value: key }];
    await this.#ask("POST", "/actions", { actions: [{ type: "key", id: "keyboard", actions }] });
  }

  async picture(path: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, Buffer.from(await this.#ask<string>("GET", "/screenshot"), "base64"));
  }

  async close(): Promise<void> {
    await this.#ask("DELETE", "");
  }
}

// Debian keeps it beside the library, below the machine's kind.
async function miniBrowser(): Promise<string> {
  const candidates = (await readdir("/usr/lib")).map((kind) => `/usr/lib/${kind}/webkit2gtk-4.1/MiniBrowser`);
  const found = candidates.find((path) => existsSync(path));
  if (!found) throw new Error("MiniBrowser is not installed: it comes with Debian's libwebkit2gtk-4.1-0");
  return found;
}

async function ask<T>(method: string, url: string, body?: unknown): Promise<T> {
  const response = await fetch(url, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }), signal: AbortSignal.timeout(patienceMs) });
  const { value } = (await response.json()) as { value: T & { error?: string; message?: string } };
  if (!response.ok) throw new Error(`${method} ${url}: ${value.error}: ${value.message}`);
  return value;
}
