import type { Backend, Request } from "$lib/backend/backend";
import type { BackendEvent, Change, Session, SetPassword, Settings } from "$lib/backend/types";
import { asWireError, classify, type Deed } from "$lib/errors/classify";
import { bandOf } from "$lib/model/band";
import { emptyBoard, paidIDs, reduceBoard, windowCall, type BoardEvent } from "$lib/model/board";
import { fromNotice, reduceDialogs, type NoticeDialog } from "$lib/model/dialogs";
import { emptyForm, firstProblem, isEmpty, reduceForm, type FormEvent } from "$lib/model/form";
import type { Field, Rules } from "$lib/model/order";
import {
  initialClient,
  isLost,
  reduceSession,
  screenOf,
  type Client,
  type SessionEvent,
} from "$lib/model/session";
import { noAttention, openWindow, reduceWindow, type WindowEvent } from "$lib/model/window";
import { Clock, systemTime, type Time } from "./clock.svelte";

/** Panel is what lies over the operator's screen, opened by the person. */
export type Panel = "none" | "history" | "help" | "logout" | "password" | "server";

const defaultWindowSeconds = 20;

/**
 * App joins the backend and the reducers: it holds their states, hands every event
 * to those it concerns and carries out what the person asks for. It decides
 * nothing itself; what a state means is in lib/model.
 */
export class App {
  client = $state.raw(initialClient);
  board = $state.raw(emptyBoard);
  attention = $state.raw(noAttention);
  form = $state.raw(emptyForm);
  dialogs = $state.raw<readonly NoticeDialog[]>([]);
  panel = $state<Panel>("none");
  mini = $state(false);
  /** the last call ended before its order was sent. */
  interrupted = $state(false);

  // On the server's clock, as everything that is shown.
  #lostSinceMs = $derived.by(() => {
    const { lostSinceMs, link } = this.client;
    return this.lost && lostSinceMs !== null ? lostSinceMs + link.offsetMs : null;
  });
  screen = $derived(screenOf(this.client));
  lost = $derived(isLost(this.client));
  rules = $derived<Rules>(this.client.session?.merchant ?? { memberId: false, paymentCountChoice: true });
  window = $derived(this.lost ? null : openWindow(this.attention));
  windowSeconds = $derived(this.client.session?.merchant.sendWindowSeconds || defaultWindowSeconds);
  band = $derived.by(() =>
    bandOf({
      lostSinceMs: this.#lostSinceMs,
      linkMessage: this.client.link.message,
      attention: this.attention,
      calls: this.board.calls,
      windowSeconds: this.windowSeconds,
      nowMs: this.#clock.nowMs,
    }),
  );
  /** boardMs is the moment the board is drawn at: without a link it stands still, as its data does. */
  boardMs = $derived.by(() => this.#lostSinceMs ?? this.#clock.nowMs);

  #backend: Backend;
  #clock: Clock;
  #time: Time;
  #formOwner = "";

  constructor(backend: Backend, time: Time = systemTime) {
    this.#backend = backend;
    this.#time = time;
    this.#clock = new Clock(time);
  }

  /** start subscribes and asks for the first picture; the answer ends both. */
  start(): () => void {
    const unsubscribe = this.#backend.subscribe((event) => this.#receive(event));
    void this.#begin();
    return () => {
      unsubscribe();
      this.#clock.stop();
    };
  }

  async #begin(): Promise<void> {
    const state = await this.#backend.state();
    this.session({ type: "started", state });
    this.#formOwner = ownerOf(this.client);
    this.#tick();
    this.#ready();
    if (state.snapshot) this.#picture({ type: "snapshot", snapshot: state.snapshot });
  }

  #receive(event: BackendEvent): void {
    if (event.link) this.#relink(event.link);
    if (event.session) this.#enter(event.session);
    if (event.loggedOut) this.#leave(event.loggedOut.message, true);
    if (event.snapshot) this.#picture({ type: "snapshot", snapshot: event.snapshot });
    if (event.change) this.#change(event.change);
  }

  #relink(link: Client["link"]): void {
    const before = this.lost;
    this.session({ type: "link", link });
    this.#tick();
    if (before && !this.lost) this.#ready();
  }

  #change(change: Change): void {
    this.#picture({ type: "change", change });
    const { notice } = change;
    if (!notice) return;
    if (notice.messageId === "F301") {
      if (this.attention.window?.callId === notice.callId) this.attend({ type: "closed", atMs: this.#serverMs() });
      this.interrupted = !isEmpty(this.form);
    }
    const call = this.board.calls.find((c) => c.id === notice.callId);
    this.#open(fromNotice(notice, call, this.windowSeconds));
  }

  #picture(event: BoardEvent): void {
    this.board = reduceBoard(this.board, event);
    const waiting = windowCall(this.board);
    const isNew = waiting !== undefined && waiting.id !== this.attention.window?.callId;
    const newKey = isNew ? crypto.randomUUID() : "";
    if (isNew) {
      this.interrupted = false;
      // What hides the form gives way: there are 20 seconds.
      if (this.panel === "help" || this.panel === "password") this.panel = "none";
    }
    this.attend({ type: "calls", waiting, newKey, atMs: this.#serverMs() });
    this.#tick();
  }

  // The numbers on the screen change when the clock passes one of these by a second.
  #tick(): void {
    const { link } = this.client;
    const anchors = this.board.calls.flatMap((c) => [c.stateAtMs, c.arrivedAtMs, c.deadlineAtMs]);
    anchors.push(this.attention.readySinceMs, this.#lostSinceMs ?? 0);
    this.#clock.set(link.offsetMs, anchors, () => {
      this.#tick();
      if (!this.lost) this.board = reduceBoard(this.board, { type: "clock", nowMs: this.#clock.nowMs });
    });
  }

  #serverMs(): number {
    return this.#time.now() + this.client.link.offsetMs;
  }

  #ready(): void {
    this.attend({ type: "ready", atMs: this.#serverMs() });
  }

  #enter(session: Session): void {
    this.session({ type: "loggedIn", session });
    // The form outlives a lost session, but not the person who typed it.
    if (this.#formOwner !== ownerOf(this.client)) this.form = emptyForm;
    this.#formOwner = ownerOf(this.client);
    this.#ready();
  }

  #leave(message: string, forced: boolean): void {
    this.session({ type: "loggedOut", message, forced });
    this.board = reduceBoard(this.board, { type: "loggedOut" });
    this.dialogs = reduceDialogs(this.dialogs, { type: "loggedOut" });
    this.attention = noAttention;
    this.panel = "none";
    if (this.mini) void this.toggleMini();
  }

  #open(dialog: NoticeDialog): void {
    this.dialogs = reduceDialogs(this.dialogs, { type: "opened", dialog });
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
        this.#leave(reaction.text, false);
        return "";
      case "dialog": {
        if (reaction.windowOver) this.attend({ type: "closed", atMs: this.#serverMs() });
        const { id, text } = reaction;
        this.#open({ id, text, explanation: nextStep[id], facts: [], reference: error.reference ?? "" });
        return "";
      }
    }
  }

  session(event: SessionEvent): void {
    this.client = reduceSession(this.client, event);
  }

  attend(event: WindowEvent): void {
    this.attention = reduceWindow(this.attention, event);
  }

  edit(event: FormEvent): void {
    this.form = reduceForm(this.form, event);
    if (event.type === "cleared") this.interrupted = false;
  }

  leaveField(field: Field): void {
    this.edit({ type: "left", field, rules: this.rules, paid: paidIDs(this.board) });
  }

  async login(merchantId: string, userId: string, password: string): Promise<void> {
    const { entrance } = this.client;
    this.session({ type: "loginTyped" });
    try {
      this.#enter(await this.#backend.login({ merchantId, userId, password, entrance }));
    } catch (reason) {
      const message = this.#failed(reason, "login");
      // While the certificate is in question its dialog says all there is to say.
      if (message !== "" && !this.client.link.certificate) {
        this.session({ type: "loginRefused", message });
      }
    }
  }

  async logout(): Promise<void> {
    this.panel = "none";
    try {
      await this.#backend.logout();
      this.form = emptyForm;
      this.#leave("", false);
    } catch (reason) {
      this.#failed(reason, "ask");
    }
  }

  /** setPassword answers with what was wrong; empty when the password is set. */
  async setPassword(form: SetPassword): Promise<string> {
    try {
      this.#enter(await this.#backend.setPassword(form));
      this.panel = "none";
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
    if (problem) return problem;
    this.attend({ type: "sending" });
    try {
      await this.#backend.sendOrder(window.callId, window.key, this.form.values);
      this.attend({ type: "closed", atMs: this.#serverMs() });
      this.edit({ type: "sent" });
      return "sent";
    } catch (reason) {
      this.attend({ type: "failed" });
      this.#failed(reason, "send");
      return firstProblem(this.form, this.rules);
    }
  }

  ask(callId: string, what: Request): Promise<void> {
    return this.#attempt(this.#backend.ask(callId, what));
  }

  trust(fingerprint: string): Promise<void> {
    return this.#attempt(this.#backend.trust(fingerprint), "login");
  }

  distrust(): Promise<void> {
    return this.#attempt(this.#backend.distrust(), "login");
  }

  setServer(address: string): Promise<void> {
    this.panel = "none";
    return this.#attempt(this.#backend.setServer(address), "login");
  }

  saveSettings(changes: Partial<Settings>): Promise<void> {
    const settings = { ...this.client.settings, ...changes };
    this.session({ type: "settings", settings });
    return this.#attempt(this.#backend.saveSettings(settings));
  }

  toggleMini(): Promise<void> {
    this.mini = !this.mini;
    this.panel = "none";
    return this.#attempt(this.#backend.setMini(this.mini));
  }

  toggle(panel: Panel): void {
    this.panel = this.panel === panel ? "none" : panel;
  }

  closeDialog(): void {
    this.dialogs = reduceDialogs(this.dialogs, { type: "closed" });
  }

  async #attempt(request: Promise<void>, deed: Deed = "ask"): Promise<void> {
    try {
      await request;
    } catch (reason) {
      const message = this.#failed(reason, deed);
      if (message !== "") this.session({ type: "loginRefused", message });
    }
  }
}

const nextStep = {
  F303: "送信時間が終わったか、通話が切れています。お客様との通話をいったん戻し、もう一度転送してください。入力内容は残しています。",
  E309: "入力内容は残しています。接続が戻ってから、もう一度操作してください。",
} as const;

function ownerOf({ session }: Client): string {
  return session ? `${session.merchant.id}/${session.user.id}` : "";
}
