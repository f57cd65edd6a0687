import type { Request } from "$lib/backend/backend";
import type { OneTimeCodeSecret, Session, SetPassword, Settings } from "$lib/backend/types";
import { asksForCode, asWireError, classify, wantsCode, type Deed } from "$lib/errors/classify";
import { paidIDs } from "$lib/model/board";
import { reduceDialogs } from "$lib/model/dialogs";
import { asShown, emptyForm, firstProblem, idToCheck } from "$lib/model/form";
import type { Field } from "$lib/model/order";
import type { Panel } from "$lib/model/panel";
import { Live } from "./live.svelte";

/** App carries out what the person asks for, and shows what became of it. */
export class App extends Live {
  /** the transaction ID that the server is being asked about. */
  #checking = "";

  /** login answers whether the server wants a one-time code besides. */
  async login(merchantId: string, userId: string, password: string, oneTimeCode = ""): Promise<boolean> {
    const { entrance } = this.client;
    this.session({ type: "loginTyped" });
    try {
      this.enter(await this.backend.login({ merchantId, userId, password, entrance, oneTimeCode }));
      return false;
    } catch (reason) {
      const message = this.#failed(reason, "login");
      // While the certificate is in question its dialog says all there is to say.
      if (message !== "" && !this.client.link.certificate) {
        this.session({ type: "loginRefused", message, asked: asksForCode(asWireError(reason)) });
      }
      return wantsCode(asWireError(reason));
    }
  }

  async logout(): Promise<void> {
    this.panel = "none";
    try {
      await this.backend.logout();
      this.form = emptyForm;
      this.leave("", false);
    } catch (reason) {
      this.#failed(reason, "ask");
    }
  }

  /** setPassword answers with what was wrong; empty when the password is set. */
  async setPassword(form: SetPassword): Promise<string> {
    try {
      this.enter(await this.backend.setPassword(form));
      this.panel = "none";
      return "";
    } catch (reason) {
      return this.#failed(reason, "password");
    }
  }

  /** enrolOneTimeCode asks for the secret of a new authenticator; null where that failed. */
  async enrolOneTimeCode(): Promise<OneTimeCodeSecret | null> {
    try {
      return await this.backend.enrolOneTimeCode();
    } catch (reason) {
      this.#failed(reason, "ask");
      return null;
    }
  }

  /** confirmOneTimeCode answers with what was wrong; empty when the authenticator works. */
  confirmOneTimeCode(code: string): Promise<string> {
    return this.#admitted(this.backend.confirmOneTimeCode(code));
  }

  /** lock has the server ask for the password before anything else; the calls go on. */
  async lock(): Promise<void> {
    const { session } = this.client;
    if (!session || session.locked || this.lost) return;
    await this.#attempt(this.backend.lock());
    this.enter({ ...session, locked: true });
    this.panel = "none";
    if (this.mini) await this.setMini(false);
  }

  /** unlock answers with what was wrong; empty when the screen is open again. */
  unlock(password: string): Promise<string> {
    return this.#admitted(this.backend.unlock(password));
  }

  /** refreshUsers asks who is logged in, for a supervisor. */
  async refreshUsers(): Promise<void> {
    if (this.lost) return;
    try {
      this.users = await this.backend.users();
    } catch (reason) {
      this.#failed(reason, "ask");
    }
  }

  async forceLogout(userId: string): Promise<void> {
    await this.#attempt(this.backend.forceLogout(userId));
    await this.refreshUsers();
  }

  async #admitted(request: Promise<Session>): Promise<string> {
    try {
      this.enter(await request);
      return "";
    } catch (reason) {
      return this.#failed(reason, "password");
    }
  }

  /**
   * send hands the order over. It answers with the field to go to when one is wrong,
   * with "sent" when the server has the order, and with null when there is no window
   * or a dialog says why not.
   */
  async send(): Promise<Field | "sent" | null> {
    const window = this.window;
    if (!window || window.phase !== "open") return null;
    this.edit({ type: "checked", rules: this.rules });
    const problem = firstProblem(this.form, this.rules);
    if (problem) {
      // What the server knew may be over by now: a payment cancelled, an outcome settled.
      void this.check();
      return problem;
    }
    this.attend({ type: "sending" });
    try {
      await this.backend.sendOrder(window.callId, window.key, asShown(this.form.values, this.rules));
      this.attend({ type: "closed", atMs: this.serverMs() });
      this.edit({ type: "sent" });
      return "sent";
    } catch (reason) {
      this.attend({ type: "failed" });
      this.#failed(reason, "send");
      return firstProblem(this.form, this.rules);
    }
  }

  /** An answer that does not come is no matter: the order itself is judged by the server. */
  protected async check(): Promise<void> {
    const transactionId = idToCheck(this.form);
    const { session } = this.client;
    if (transactionId === "" || transactionId === this.#checking || this.lost || !session || session.locked) return;
    this.#checking = transactionId;
    try {
      this.edit({ type: "known", known: { transactionId, message: await this.backend.check(transactionId) } });
    } catch {
      // Nothing is shown: nobody asked for it.
    } finally {
      if (this.#checking === transactionId) this.#checking = "";
    }
  }

  leaveField(field: Field): void {
    this.edit({ type: "left", field, rules: this.rules, paid: paidIDs(this.board) });
    if (field === "transactionId") void this.check();
  }

  toggle(panel: Panel): void {
    this.panel = this.panel === panel ? "none" : panel;
  }

  closeDialog(): void {
    this.dialogs = reduceDialogs(this.dialogs, { type: "closed" });
  }

  ask(callId: string, what: Request): Promise<void> {
    return this.#attempt(this.backend.ask(callId, what));
  }

  /** inquire asks what became of an order on hold. */
  async inquire(transactionId: string): Promise<void> {
    if (this.inquiries[transactionId]?.asking) return;
    this.inquiry({ type: "asked", transactionId });
    try {
      this.inquiry({ type: "answered", answer: await this.backend.inquire(transactionId) });
    } catch (reason) {
      this.inquiry({ type: "failed", transactionId });
      this.#failed(reason, "ask");
    }
  }

  trust(fingerprint: string): Promise<void> {
    return this.#attempt(this.backend.trust(fingerprint), "login");
  }

  distrust(): Promise<void> {
    return this.#attempt(this.backend.distrust(), "login");
  }

  setServer(address: string): Promise<void> {
    this.panel = "none";
    return this.#attempt(this.backend.setServer(address), "login");
  }

  saveSettings(changes: Partial<Settings>): Promise<void> {
    const settings = { ...this.client.settings, ...changes };
    this.session({ type: "settings", settings });
    return this.#attempt(this.backend.saveSettings(settings));
  }

  toggleMini(): Promise<void> {
    return this.setMini(!this.mini);
  }

  protected setMini(on: boolean): Promise<void> {
    this.mini = on;
    this.panel = "none";
    return this.#attempt(this.backend.setMini(on));
  }

  async #attempt(request: Promise<void>, deed: Deed = "ask"): Promise<void> {
    try {
      await request;
    } catch (reason) {
      const message = this.#failed(reason, deed);
      if (message !== "") this.session({ type: "loginRefused", message });
    }
  }

  // What a failed request does to the screen; the answer is what its form should say.
  #failed(reason: unknown, deed: Deed): string {
    const error = asWireError(reason);
    const reaction = classify(error, deed);
    switch (reaction.kind) {
      case "fields":
        this.edit({ type: "refused", refusals: error.refusals ?? [] });
        return "";
      case "inline":
        return reaction.text;
      case "login":
        this.leave(reaction.text, false);
        return "";
      case "dialog": {
        if (reaction.windowOver) this.attend({ type: "closed", atMs: this.serverMs() });
        const { id, text } = reaction;
        this.open({ id, text, explanation: nextStep[id], facts: [], transactionId: "", reference: error.reference ?? "" });
        return "";
      }
    }
  }
}

const nextStep = {
  F303: "送信時間が終わったか、通話が切れています。お客様との通話をいったん戻し、もう一度転送してください。入力内容は残しています。",
  E309: "入力内容は残しています。接続が戻ってから、もう一度操作してください。",
} as const;
