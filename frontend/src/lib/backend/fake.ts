import type { Backend, Request } from "./backend";
import type { BackendEvent, Call, Change, Form, Inquired, LoginForm, OneTimeCodeSecret, Session, SetPassword, Settings, State, UserState, WireError } from "./types";
import { words } from "$lib/model/order";
import { sampleCode, session } from "./samples";

/**
 * Fake is a backend in memory that behaves like the real one as far as the screens
 * can tell: it refuses what a server would refuse, moves a call on when its order is
 * sent and tells every change. It never connects to anything.
 */
export class Fake implements Backend {
  mini = false;
  /** who is logged in, for a supervisor. */
  people: UserState[] = [];
  /** operators log in with a one-time code too. */
  operatorCodes = false;
  /** transaction IDs that were paid on another day, or by another operator. */
  paidBefore = new Set<string>();
  #state: State;
  #now: () => number;
  #subscribers = new Set<(event: BackendEvent) => void>();
  #answers = new Map<string, WireError | null>();

  constructor(state: State, now: () => number) {
    this.#state = state;
    this.#now = now;
  }

  /** emit plays an event as if the Go side had sent it. */
  emit(event: BackendEvent): void {
    const { link = this.#state.link, snapshot = this.#state.snapshot, session = this.#state.session } = event;
    this.#state = { ...this.#state, link, snapshot, session: event.loggedOut ? undefined : session };
    for (const receive of this.#subscribers) receive(event);
  }

  /** change plays one change of the board. */
  change(parts: Omit<Change, "seq" | "serverAtMs">): void {
    const snapshot = this.#state.snapshot ?? { seq: 0, serverAtMs: 0, calls: [], rows: [], results: [] };
    const { call } = parts;
    if (call) snapshot.calls = [...snapshot.calls.filter((c) => c.id !== call.id), call];
    snapshot.seq++;
    this.#state = { ...this.#state, snapshot };
    this.emit({ change: { seq: snapshot.seq, serverAtMs: this.#now(), ...parts } });
  }

  state = async (): Promise<State> => this.#state;

  subscribe = (receive: (event: BackendEvent) => void): (() => void) => {
    this.#subscribers.add(receive);
    return () => this.#subscribers.delete(receive);
  };

  login = async ({ userId, password, entrance, oneTimeCode = "" }: LoginForm): Promise<Session> => {
    if (this.#state.link.phase === "lost") throw refusal("unavailable", "");
    if (password !== "demo-1234") throw refusal("auth_failed", "認証に失敗しました。");
    if ((entrance === "supervisor" || this.operatorCodes) && oneTimeCode !== sampleCode) {
      const [code, message] = oneTimeCode === "" ? ["required", "ワンタイムコードを入力してください。"] : ["wrong", "ワンタイムコードが正しくありません。"];
      throw refusal(`one_time_code_${code}`, message);
    }
    const user = { ...session.user, id: userId, entrance };
    const next = { ...session, user };
    this.#state = { ...this.#state, session: next };
    this.emit({ link: { ...this.#state.link, phase: "connected", sinceMs: this.#now() } });
    return next;
  };

  logout = async (): Promise<void> => {
    this.#state = { ...this.#state, session: undefined };
  };

  setPassword = async ({ new: password, repeat }: SetPassword): Promise<Session> => {
    if (password !== repeat) throw refusal("password_refused", "変更後のパスワードと再入力が一致しません。");
    return this.#session({ passwordMustChange: false, passwordIsOld: false });
  };

  enrolOneTimeCode = async (): Promise<OneTimeCodeSecret> => {
    const secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
    return { secret, uri: `otpauth://totp/Tsunagi:sv-tanaka?secret=${secret}&issuer=Tsunagi` };
  };

  confirmOneTimeCode = async (code: string): Promise<Session> => {
    if (code !== sampleCode) throw refusal("one_time_code_wrong", "ワンタイムコードが正しくありません。");
    return this.#session({ oneTimeCodeMustEnrol: false });
  };

  lock = async (): Promise<void> => {
    this.#session({ locked: true });
  };

  unlock = async (password: string): Promise<Session> => {
    if (password !== "demo-1234") throw refusal("auth_failed", "認証に失敗しました。");
    return this.#session({ locked: false });
  };

  users = async (): Promise<UserState[]> => this.people;

  forceLogout = async (userId: string): Promise<void> => {
    this.people = this.people.map((one) => (one.user.id === userId ? { ...one, presence: "offline", sinceMs: this.#now() } : one));
  };

  sendOrder = async (callId: string, key: string, form: Form): Promise<void> => {
    this.#online();
    if (!this.#answers.has(key)) this.#answers.set(key, this.#bind(callId, form));
    const answer = this.#answers.get(key);
    if (!answer) return;
    this.#answers.delete(key); // a refused order may be mended and sent with the same key
    throw answer;
  };

  check = async (transactionId: string): Promise<string> => {
    this.#online();
    return this.#paid(transactionId) ? words.alreadyPaid : "";
  };

  ask = async (callId: string, what: Request): Promise<void> => {
    this.#online();
    const call = this.#call(callId);
    if (!call || !(what === "again" ? call.canAskAgain : call.canAbort)) throw refusal("not_allowed", "");
    if (what === "again") return this.change({ call: { ...call, digits: 0 } });
    const ended = { state: "ended", outcome: "ng", canAskAgain: false, canAbort: false, stateAtMs: this.#now() };
    this.change({ call: { ...call, ...ended } });
  };

  /** An order on hold stays so: the fake's acquirer never finds out. */
  inquire = async (transactionId: string): Promise<Inquired> => {
    this.#online();
    const { calls = [], results = [] } = this.#state.snapshot ?? {};
    const known = [...calls, ...results].findLast((one) => one.transactionId === transactionId);
    if (!known) throw refusal("not_allowed", "");
    return { transactionId, outcome: known.outcome, code: "", message: "", atMs: this.#now() };
  };

  trust = async (fingerprint: string): Promise<void> => {
    const { certificate, ...link } = this.#state.link;
    if (certificate?.fingerprint !== fingerprint) throw refusal("bad_request", "");
    this.emit({ link: { ...link, phase: "connected", sinceMs: this.#now() } });
  };

  distrust = async (): Promise<void> => {
    const { certificate: _, ...link } = this.#state.link;
    this.emit({ link: { ...link, phase: "idle", sinceMs: this.#now() } });
  };

  setServer = async (address: string): Promise<void> => {
    this.emit({ link: { ...this.#state.link, address } });
  };

  saveSettings = async (settings: Settings): Promise<void> => {
    this.#state = { ...this.#state, settings };
  };

  setMini = async (on: boolean): Promise<void> => {
    this.mini = on;
  };

  #bind(callId: string, form: Form): WireError | null {
    const call = this.#call(callId);
    if (call?.state !== "sendWindow") return refusal("no_window", "送信が失敗しました。", "F303");
    if (this.#paid(form.transactionId)) {
      const refusals = [{ field: "transactionId", message: words.alreadyPaid }];
      return { ...refusal("order_refused", ""), refusals };
    }
    const amount = Number(form.amount.replaceAll(",", ""));
    const now = this.#now();
    const sent = { state: "handover", stateAtMs: now, deadlineAtMs: now + 30_000 };
    this.change({ call: { ...call, ...sent, transactionId: form.transactionId, amount, paymentCount: form.paymentCount } });
    return null;
  }

  #session(changes: Partial<Session>): Session {
    const next = { ...(this.#state.session ?? session), ...changes };
    this.#state = { ...this.#state, session: next };
    return next;
  }

  #paid(transactionId: string): boolean {
    return this.paidBefore.has(transactionId) || (this.#state.snapshot?.results ?? []).some((r) => r.outcome === "ok" && r.transactionId === transactionId);
  }

  #call(id: string): Call | undefined {
    return this.#state.snapshot?.calls.find((call) => call.id === id);
  }

  #online(): void {
    if (this.#state.link.phase !== "connected") throw refusal("unavailable", "");
  }
}

function refusal(code: string, message: string, messageId?: string): WireError {
  return messageId ? { code, message, messageId } : { code, message };
}
