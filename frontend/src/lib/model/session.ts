// Who is logged in, over which link, and which screen that makes.
import type { Abilities, Link, Session, Settings, State } from "$lib/backend/types";
import { noServer, notConnected, offlineOnly } from "./words";
import { sentences } from "$lib/words/index.svelte";

export interface Remark {
  tone: "err" | "warn" | "info";
  text: string;
}

export interface Client {
  /** started reports whether the first state has come from the Go side. */
  started: boolean;
  version: string;
  link: Link;
  /** since when there is no connection (this workstation's clock); the attempts in between do not count anew. */
  lostSinceMs: number | null;
  session: Session | null;
  settings: Settings;
  /** what this machine can do. */
  can: Abilities;
  /** entrance of the login screen. */
  entrance: Entrance;
  /** remark above the fields of the login screen. */
  remark: Remark | null;
  /** notice about the start of the program itself (its settings were damaged); gone with the first session's end. */
  notice: string;
}

export type Entrance = "operator" | "supervisor";

export type SessionEvent =
  | { type: "started"; state: State }
  | { type: "link"; link: Link }
  | { type: "loggedIn"; session: Session }
  /** The session is gone: by logout (no message), by force or because the server forgot it. */
  | { type: "loggedOut"; message: string; forced?: boolean }
  /** asked tells that nothing was wrong: the login goes on with one thing more. */
  | { type: "loginRefused"; message: string; asked?: boolean }
  | { type: "loginTyped" }
  | { type: "entrance"; entrance: Entrance }
  | { type: "settings"; settings: Settings };

/** As in native.DefaultSettings: until the first state has come. */
export const initialSettings: Settings = {
  server: "",
  merchantId: "",
  userId: "",
  language: "ja",
  theme: "system",
  sound: false,
  soundVolume: 60,
  sounds: { window: true, countdown: true, result: true, lost: true },
  notifications: true,
  tray: false,
  startWithSystem: false,
  miniOnTop: true,
};

export const initialClient: Client = {
  started: false,
  version: "",
  link: { phase: "idle", sinceMs: 0, offsetMs: 0, address: "", message: "" },
  lostSinceMs: null,
  session: null,
  settings: initialSettings,
  can: { keyring: true, notifications: false, tray: false, startWithSystem: false, dialogs: false },
  entrance: "operator",
  remark: null,
  notice: "",
};

export function reduceSession(state: Client, event: SessionEvent): Client {
  switch (event.type) {
    case "started": {
      const { version, link, session, settings, can, notice = "" } = event.state;
      const begun = { ...state, started: true, version, settings, can, session: session ?? null, notice };
      return withLink(begun, link);
    }
    case "link":
      return withLink(state, event.link);
    case "loggedIn": {
      // As the Go side keeps it for the next start: after a logout the form has it too.
      const { merchant, user } = event.session;
      const settings = { ...state.settings, merchantId: merchant.id, userId: user.id };
      return { ...state, session: event.session, settings, remark: null };
    }
    case "loggedOut": {
      const tone = event.forced ? "warn" : "err";
      const remark = event.message === "" ? null : ({ tone, text: event.message } as const);
      return { ...state, session: null, remark, notice: "" };
    }
    case "loginRefused":
      return { ...state, remark: { tone: event.asked ? "info" : "err", text: event.message } };
    case "loginTyped":
      return state.remark ? { ...state, remark: null } : state;
    case "entrance":
      return { ...state, entrance: event.entrance, remark: null };
    case "settings":
      return { ...state, settings: event.settings };
  }
}

function withLink(state: Client, link: Link): Client {
  const lostSinceMs = link.phase === "connected" ? null : (state.lostSinceMs ?? link.sinceMs);
  return { ...state, link, lostSinceMs };
}

export type Screen = "starting" | "login" | "firstPassword" | "oneTimeCode" | "operator" | "supervisor";

export function screenOf({ started, session }: Client): Screen {
  if (!started) return "starting";
  if (!session) return "login";
  if (session.passwordMustChange) return "firstPassword";
  if (session.oneTimeCodeMustEnrol) return "oneTimeCode";
  return session.user.entrance === "supervisor" ? "supervisor" : "operator";
}

/** isLost tells whether a logged-in user has no connection: what is shown is old, nothing can be sent. */
export function isLost({ link, session }: Client): boolean {
  return session !== null && link.phase !== "connected";
}

/** noticeOf is the notice about the start, one sentence to a line, in the language of the screens. */
export function noticeOf({ notice }: Client): string {
  return sentences(...notice.split("\n"));
}

/** loginRemark is what stands above the login fields: a refusal, else what is wrong with the start or the link. */
export function loginRemark({ remark, notice, link }: Client): Remark | null {
  if (remark) return remark;
  const began = notice.split("\n");
  if (link.phase === "idle") return { tone: "warn", text: sentences(...began, link.address === "" ? noServer : notConnected) };
  if (link.phase === "lost" || link.phase === "refused") return { tone: "err", text: sentences(...began, link.message || offlineOnly) };
  // A connection that stands may still have something the administrator must hear of.
  const text = sentences(...began, link.message);
  return text === "" ? null : { tone: "warn", text };
}

/** ownerOf names whose work is on the screen; empty while nobody is logged in. */
export function ownerOf({ session }: Client): string {
  return session ? `${session.merchant.id}/${session.user.id}` : "";
}

const nameLength = 20;

/** userName is the user's comment, or the ID where it is empty, cut past 20 characters. */
export function userName({ user }: Session): string {
  const name = [...(user.comment || user.id)];
  return name.length > nameLength ? name.slice(0, nameLength).join("") + "…" : name.join("");
}
