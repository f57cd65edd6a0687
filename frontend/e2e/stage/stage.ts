import { AxeBuilder } from "@axe-core/playwright";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, vi } from "vitest";
import { Desktop } from "./desktop";
import { Line } from "./line";
import { logs, patienceMs, stopAll } from "./program";
import { Screen } from "./screen";
import { password, Site, type Operator } from "./site";
import { WebKit } from "./webkit";

const pictures = fileURLToPath(new URL("../../../build/screens/real/", import.meta.url));
const wcag = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"];

interface Start {
  /** engine shows the screens: Chromium, or WebKit, which tests drive themselves. */
  engine?: "chromium" | "webkit";
  /** loggedIn: trusted and logged in by the command line; else a first start, with nothing known. */
  loggedIn: boolean;
  /** keys of the server's configuration that are not as by default. */
  settings?: Record<string, string>;
  /** what the merchant has that is not as by default, and its operator. */
  merchant?: readonly string[];
  operator?: readonly string[];
}

/** useStage opens a stage before the first test of a file and closes it after the last. */
export function useStage(start: Start): { stage: Stage; screen: Screen } {
  const parts = {} as { stage: Stage; screen: Screen };
  beforeAll(async () => {
    try {
      parts.stage = await Stage.open(start);
      if (parts.stage.page) parts.screen = new Screen(parts.stage.page);
    } catch (reason) {
      process.stderr.write(`\n${logs()}\n`);
      await stopAll();
      throw reason;
    }
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === "fail") await parts.stage.failed(task.name);
  });
  afterAll(() => parts.stage?.close());
  return parts;
}

/** Stage is everything there is between a customer's telephone and the operator's eyes. */
export class Stage {
  readonly site: Site;
  readonly line: Line;
  readonly operator: Operator;
  desktop!: Desktop;
  page!: Page;
  webkit!: WebKit;

  #browser: Browser | undefined;
  #faults: string[] = [];

  private constructor(site: Site, line: Line, operator: Operator) {
    this.site = site;
    this.line = line;
    this.operator = operator;
  }

  static async open({ engine = "chromium", loggedIn, settings = {}, merchant = [], operator: flagsOfOperator = [] }: Start): Promise<Stage> {
    const site = await Site.make(await mkdtemp(join(tmpdir(), "tsunagi-e2e-")), settings);
    await site.addMerchant("demo", "デモ商店", ...merchant);
    const operator = await site.addOperator("demo", "sato", "05030001024", "受注センター 佐藤", ...flagsOfOperator);
    const stage = new Stage(site, await Line.open(), operator);
    await stage.serve();
    if (loggedIn) await site.setPassword(operator);
    const flags = ["--server", stage.line.address, "--config-dir", `${site.folder}/desktop`];
    const known = ["--trust", site.fingerprint, "--login", `${operator.merchant}/${operator.user}`];
    stage.desktop = await Desktop.start(loggedIn ? [...flags, ...known] : flags, { TSUNAGI_PASSWORD: password });
    if (engine === "chromium") await stage.#browse();
    else stage.webkit = await WebKit.start(stage.desktop.surroundings);
    return stage;
  }

  /** serve starts the server, or starts it again, where the line leads. */
  async serve(): Promise<void> {
    await this.site.serve();
    this.line.far = this.site.desktopPort;
  }

  async #browse(): Promise<void> {
    this.#browser = await chromium.launch({
      executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    });
    const context = await this.#browser.newContext({ timezoneId: "Asia/Tokyo", locale: "ja-JP", viewport: { width: 1280, height: 800 } });
    context.setDefaultTimeout(patienceMs);
    this.page = await context.newPage();
    this.page.on("pageerror", ({ stack = "" }) => {
      // Wails' own overlay for developers does not find the place where it wants to be.
      if (!stack.includes("/wails/ipc.js")) this.#faults.push(stack);
    });
    this.page.on("console", (message) => message.type() === "error" && this.#faults.push(message.text()));
    await this.visit();
  }

  /** crash kills the program and starts it again. */
  async crash(): Promise<void> {
    await this.page.goto("about:blank");
    await this.desktop.restart();
    await this.visit();
  }

  /** visit opens the screens, as soon as the program serves them. */
  async visit(): Promise<void> {
    const screens = `http://${this.desktop.address}/`;
    // Not the browser asks: its page for what is not served yet loads again by itself, and its loading and ours interrupt each other.
    await vi.waitFor(() => fetch(screens), { timeout: patienceMs });
    await this.page.goto(screens);
    await this.page.locator("main").first().waitFor();
    await this.page.evaluate(() => document.fonts.ready);
  }

  /** picture keeps what is to be seen now, to be looked at beside the design. */
  async picture(name: string): Promise<void> {
    await mkdir(pictures, { recursive: true });
    const path = `${pictures}${name}.png`;
    if (this.webkit) await this.webkit.picture(path);
    else await this.page.screenshot({ path, animations: "disabled" });
  }

  /** accessible holds the screen against WCAG 2.0 to 2.2, A and AA. */
  async accessible(): Promise<void> {
    const found = await new AxeBuilder({ page: this.page }).withTags(wcag).analyze();
    expect(found.violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).join(" ")}`)).toEqual([]);
  }

  /** failed shows what there is to know about a failure. */
  async failed(name: string): Promise<void> {
    await this.picture(`failed-${name.replaceAll(/[^a-z0-9]+/gi, "-")}`);
    process.stderr.write(`\n${logs()}\n`);
  }

  /** close stops everything and fails if the page complained. */
  async close(): Promise<void> {
    await this.webkit?.close();
    await this.#browser?.close();
    await stopAll();
    await this.line.close();
    await rm(this.site.folder, { recursive: true });
    expect(this.#faults, "the page's complaints").toEqual([]);
  }
}
