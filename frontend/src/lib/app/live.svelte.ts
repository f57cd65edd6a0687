import type { Backend } from "$lib/backend/backend";
import type { BackendEvent, Change, Session, UserState } from "$lib/backend/types";
import { bandOf } from "$lib/model/band";
import { emptyBoard, reduceBoard, windowCall, type BoardEvent } from "$lib/model/board";
import { fromNotice, reduceDialogs, type NoticeDialog } from "$lib/model/dialogs";
import { emptyForm, isEmpty, reduceForm, type FormEvent } from "$lib/model/form";
import { reduceInquiries, type Inquiries, type InquiryEvent } from "$lib/model/inquiry";
import type { Rules } from "$lib/model/order";
import { hidesForm, type Panel } from "$lib/model/panel";
import {
  initialClient,
  isLost,
  ownerOf,
  reduceSession,
  screenOf,
  type Client,
  type SessionEvent,
} from "$lib/model/session";
import { noAttention, openWindow, reduceWindow, type WindowEvent } from "$lib/model/window";
import { setLanguage } from "$lib/words/index.svelte";
import { Clock, systemTime, type Time } from "./clock.svelte";

const defaultWindowSeconds = 20;

/**
 * Live is what the screens show and what events make of it: it holds the states of
 * the reducers and hands every event to those it concerns. It decides nothing
 * itself; what a state means is in lib/model. What the person asks for is App's.
 */
export abstract class Live {
  client = $state.raw(initialClient);
  board = $state.raw(emptyBoard);
  attention = $state.raw(noAttention);
  form = $state.raw(emptyForm);
  dialogs = $state.raw<readonly NoticeDialog[]>([]);
  inquiries = $state.raw<Inquiries>({});
  users = $state.raw<readonly UserState[]>([]); // the merchant's, for a supervisor
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
  /** the merchant's settings when the window opened: its call goes on as it began. */
  #windowMerchant = $state.raw<Session["merchant"] | null>(null);
  window = $derived(this.lost ? null : openWindow(this.attention));
  #merchant = $derived((this.window && this.#windowMerchant) ?? this.client.session?.merchant);
  rules = $derived<Rules>(this.#merchant ?? { memberId: false, paymentCountChoice: true });
  windowSeconds = $derived(this.#merchant?.sendWindowSeconds || defaultWindowSeconds);
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

  protected readonly backend: Backend;
  #clock: Clock;
  #time: Time;
  #formOwner = "";
  /** events that came before the first state was answered; null from then on. */
  #early: BackendEvent[] | null = [];

  constructor(backend: Backend, time: Time = systemTime) {
    this.backend = backend;
    this.#time = time;
    this.#clock = new Clock(time);
  }

  /** start subscribes and asks for the first picture; the answer ends both. */
  start(): () => void {
    const unsubscribe = this.backend.subscribe((event) => this.#receive(event));
    void this.#begin();
    return () => {
      unsubscribe();
      this.#clock.stop();
    };
  }

  async #begin(): Promise<void> {
    const state = await this.backend.state();
    this.session({ type: "started", state });
    this.#formOwner = ownerOf(this.client);
    this.#tick();
    this.#ready();
    if (state.snapshot) this.#picture({ type: "snapshot", snapshot: state.snapshot });
    // What was told while the state was on its way may be newer than it. All of it is
    // played in its order: the last word is the newest, and the board knows by number
    // which changes it has.
    const early = this.#early ?? [];
    this.#early = null;
    for (const event of early) this.#receive(event);
  }

  #receive(event: BackendEvent): void {
    if (this.#early) {
      this.#early.push(event);
      return;
    }
    if (event.link) this.#relink(event.link);
    if (event.session) this.enter(event.session);
    if (event.loggedOut) this.leave(event.loggedOut.message, true);
    if (event.snapshot) this.#picture({ type: "snapshot", snapshot: event.snapshot });
    if (event.change) this.#change(event.change);
  }

  #relink(link: Client["link"]): void {
    const before = this.lost;
    this.session({ type: "link", link });
    this.#tick();
    if (before && !this.lost) {
      this.#ready();
      void this.check();
    }
  }

  #change(change: Change): void {
    this.#picture({ type: "change", change });
    const { notice } = change;
    if (!notice) return;
    if (notice.messageId === "F301") {
      if (this.attention.window?.callId === notice.callId) this.attend({ type: "closed", atMs: this.serverMs() });
      this.interrupted = !isEmpty(this.form);
    }
    // The system shows these two itself, in front of every program.
    if (this.client.can.dialogs && (notice.messageId === "I402" || notice.messageId === "I405")) return;
    const call = this.board.calls.find((c) => c.id === notice.callId);
    this.open(fromNotice(notice, call, this.windowSeconds, !isEmpty(this.form)));
  }

  #picture(event: BoardEvent): void {
    this.board = reduceBoard(this.board, event);
    // A supervisor sees the windows of all operators, and none of them is theirs.
    const waiting = this.client.session?.user.entrance === "supervisor" ? undefined : windowCall(this.board);
    const isNew = waiting !== undefined && waiting.id !== this.attention.window?.callId;
    const newKey = isNew ? crypto.randomUUID() : "";
    if (isNew) {
      this.#windowMerchant = this.client.session?.merchant ?? null;
      this.interrupted = false;
      if (hidesForm(this.panel)) this.panel = "none";
    }
    this.attend({ type: "calls", waiting, newKey, atMs: this.serverMs() });
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

  protected serverMs(): number {
    return this.#time.now() + this.client.link.offsetMs;
  }

  #ready(): void {
    this.attend({ type: "ready", atMs: this.serverMs() });
  }

  protected enter(session: Session): void {
    if (!this.client.session) this.#ready(); // else what is new is the settings, or the lock
    this.session({ type: "loggedIn", session });
    // The form outlives a lost session, but not the person who typed it.
    if (this.#formOwner !== ownerOf(this.client)) this.form = emptyForm;
    this.#formOwner = ownerOf(this.client);
  }

  protected leave(message: string, forced: boolean): void {
    this.session({ type: "loggedOut", message, forced });
    this.board = reduceBoard(this.board, { type: "loggedOut" });
    this.dialogs = reduceDialogs(this.dialogs, { type: "loggedOut" });
    this.inquiry({ type: "loggedOut" });
    this.users = [];
    this.attention = noAttention;
    this.panel = "none";
    if (this.mini) void this.setMini(false);
  }

  protected open(dialog: NoticeDialog): void {
    this.dialogs = reduceDialogs(this.dialogs, { type: "opened", dialog });
  }

  session(event: SessionEvent): void {
    this.client = reduceSession(this.client, event);
    setLanguage(this.client.settings.language);
  }

  attend(event: WindowEvent): void {
    this.attention = reduceWindow(this.attention, event);
  }

  edit(event: FormEvent): void {
    this.form = reduceForm(this.form, event);
    if (event.type === "cleared") this.interrupted = false;
  }

  inquiry(event: InquiryEvent): void {
    this.inquiries = reduceInquiries(this.inquiries, event);
  }

  /** check has the server asked about the transaction ID in the form. */
  protected abstract check(): Promise<void>;

  /** setMini turns the window into the small one, and back. */
  protected abstract setMini(on: boolean): Promise<void>;
}
