import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { patienceMs } from "./program";

/** The part of the program's State that tests look at. */
interface State {
  link: { offsetMs: number };
  snapshot: { calls?: { id: string; deadlineAtMs: number }[]; rows?: unknown[] };
}

interface Bound {
  go: { main: { App: { State: () => Promise<State> } } };
}

/** What the screen showed over a time: each value once, when it came. */
export interface Shown {
  atMs: number;
  sentence: string;
  cards: string[];
}

/** Screen is what a person finds on it and does to it. */
export class Screen {
  readonly page: Page;
  readonly sentence: Locator;
  readonly next: Locator;
  readonly frame: Locator;
  readonly transactionId: Locator;
  readonly memberId: Locator;
  readonly amount: Locator;
  readonly paymentCount: Locator;
  readonly send: Locator;
  readonly hint: Locator;
  readonly cards: Locator;
  readonly rows: Locator;
  readonly dialog: Locator;
  readonly lastResult: Locator;
  readonly loginRemark: Locator;

  constructor(page: Page) {
    this.page = page;
    const band = page.getByRole("region", { name: "状態" });
    this.sentence = band.locator(".sentence");
    this.next = band.locator(".next");
    this.frame = page.locator(".frame");
    this.transactionId = page.getByRole("textbox", { name: /^取引ID(?!・)/ }); // and not the filter of the history
    this.memberId = page.getByRole("textbox", { name: /^会員ID/ });
    this.amount = page.getByRole("textbox", { name: /^決済金額\(税込\)/ });
    this.paymentCount = page.getByRole("combobox", { name: /^支払回数/ });
    this.send = page.getByRole("button", { name: /^送信/ });
    this.hint = page.locator("#send-hint");
    this.cards = page.getByRole("article");
    this.rows = page.getByRole("region", { name: "IVRリアルタイムモニタリングの一覧" }).locator("tbody tr");
    this.dialog = page.getByRole("alertdialog");
    this.lastResult = page.getByRole("region", { name: "直近の結果" });
    this.loginRemark = page.getByRole("main").getByRole("alert");
  }

  button(name: string): Locator {
    return this.page.getByRole("button", { name, exact: true });
  }

  /** message is the line under a field. */
  message(field: "transactionId" | "memberId" | "amount"): Locator {
    return this.page.locator(`#${field}-message`);
  }

  async login(merchant: string, user: string, password: string): Promise<void> {
    await this.page.getByLabel("IVRマーチャントID").fill(merchant);
    await this.page.getByLabel("ユーザID").fill(user);
    await this.page.getByLabel("パスワード").fill(password);
    await this.page.keyboard.press("Enter");
  }

  /** refusal is what the login screen says once the server has answered. */
  async refusal(): Promise<string> {
    await this.page.locator("form button[type=submit]:not([aria-busy=true])").waitFor();
    return this.loginRemark.innerText();
  }

  /** logout leaves by the user menu, which bears the user's name. */
  async logout(name: string): Promise<void> {
    await this.page.getByRole("button", { name }).click();
    await this.page.getByRole("menuitem", { name: "ログアウト" }).click();
    await this.button("はい").click();
    await this.page.getByLabel("IVRマーチャントID").waitFor();
  }

  /** state is what the Go side of the program knows, asked for as the screens ask. */
  state(): Promise<State> {
    return this.page.evaluate(() => (window as unknown as Bound).go.main.App.State());
  }

  /** order fills the form by keys, as it is read out. */
  async order(transactionId: string, amount: string, paymentCount = "1回"): Promise<void> {
    await this.transactionId.fill("");
    await this.transactionId.pressSequentially(transactionId);
    await this.page.keyboard.press("Enter");
    await this.amount.fill("");
    await this.amount.pressSequentially(amount);
    if (paymentCount === "1回") return;
    await this.paymentCount.click();
    await this.page.getByRole("option", { name: paymentCount, exact: true }).click();
  }

  /** rowsOf are the cells of a call's rows after time and ID, the newest row first. */
  rowsOf(id: string): Promise<string[][]> {
    return this.rows
      .filter({ hasText: id })
      .evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll("td")].slice(2).map((cell) => cell.innerText.trim())));
  }

  /** pointsOf are a call's points alone. */
  async pointsOf(id: string): Promise<string[]> {
    return (await this.rowsOf(id)).map(([point]) => point!);
  }

  async focusIsOn(locator: Locator): Promise<void> {
    await expect.poll(() => locator.evaluate((element) => element === document.activeElement), { timeout: patienceMs }).toBe(true);
  }

  /** watch begins to note what the band and the cards show; the answer tells what it was. */
  async watch(): Promise<() => Promise<Shown[]>> {
    const notes = await this.page.evaluateHandle(() => {
      const shown: Shown[] = [];
      const note = () => {
        const sentence = document.querySelector("[aria-label=状態] .sentence")?.textContent.trim() ?? "";
        const cards = [...document.querySelectorAll("article")].map((card) => card.innerText);
        const last = shown.at(-1);
        if (last?.sentence !== sentence || last.cards.join() !== cards.join()) shown.push({ atMs: Date.now(), sentence, cards });
      };
      note();
      new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
      return shown;
    });
    return () => notes.jsonValue();
  }
}

/** says waits until a sentence is just this, with what only a screen reader reads of it. */
export async function says(locator: Locator, words: RegExp): Promise<void> {
  await expect.poll(() => locator.textContent().then((text) => text?.trim()), { timeout: patienceMs }).toMatch(words);
}

/** reads waits until a part of the screen shows just this, line by line. */
export async function reads(locator: Locator, words: string | RegExp): Promise<void> {
  const lines = async () => (await locator.innerText()).trim().replaceAll(/\n+/g, "\n");
  const said = expect.poll(lines, { timeout: patienceMs });
  await (typeof words === "string" ? said.toBe(words) : said.toMatch(words));
}

/** each is a list without its repetitions in a row. */
export function each<T>(list: readonly T[]): T[] {
  return list.filter((item, i) => item !== list[i - 1]);
}
