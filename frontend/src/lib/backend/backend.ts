import type {
  BackendEvent,
  Form,
  Inquired,
  LoginForm,
  OneTimeCodeSecret,
  Session,
  SetPassword,
  Settings,
  State,
  UserState,
} from "./types";

/** Request is one of the operator's buttons on a live call. */
export type Request = "again" | "abort";

/**
 * Backend is everything the screens ask of the world outside the browser. There are
 * two makers: wails.ts for the program, fake.ts for development and tests.
 *
 * A method that fails rejects with a WireError (types.ts); errors/classify.ts makes
 * sense of it. Nothing is queued: without a connection a request fails at once.
 */
export interface Backend {
  /** state is the whole picture at this moment; subscribe before asking for it. */
  state(): Promise<State>;
  /** subscribe hands over every later change; call the answer to stop. */
  subscribe(receive: (event: BackendEvent) => void): () => void;

  login(form: LoginForm): Promise<Session>;
  logout(): Promise<void>;
  setPassword(form: SetPassword): Promise<Session>;
  /** enrolOneTimeCode asks for the secret of a new authenticator, which confirmOneTimeCode then proves to work. */
  enrolOneTimeCode(): Promise<OneTimeCodeSecret>;
  confirmOneTimeCode(code: string): Promise<Session>;
  /** lock has everything but unlock and logout refused until the password was given. */
  lock(): Promise<void>;
  unlock(password: string): Promise<Session>;

  /** users are all of the supervisor's merchant. */
  users(): Promise<UserState[]>;
  forceLogout(userId: string): Promise<void>;

  /** sendOrder resolves once the order is written down and bound to the call. The same key gets the same answer. */
  sendOrder(callId: string, key: string, form: Form): Promise<void>;
  /** check is what the server knows against a transaction ID, in the words of a refusal; empty: nothing. */
  check(transactionId: string): Promise<string>;
  ask(callId: string, what: Request): Promise<void>;
  /** inquire asks the acquirer what became of an order on hold; that may take seconds. */
  inquire(transactionId: string): Promise<Inquired>;

  /** trust pins the certificate with this fingerprint (64 hex digits) and connects. */
  trust(fingerprint: string): Promise<void>;
  distrust(): Promise<void>;
  setServer(address: string): Promise<void>;
  saveSettings(settings: Settings): Promise<void>;

  /** setMini turns the window into the small one that stays on top, and back. */
  setMini(on: boolean): Promise<void>;
}
