// The one table from an error's code to what the screen does about it.
import type { WireError } from "$lib/backend/types";
import { dialogs } from "$lib/model/words";

export type Deed = "send" | "ask" | "login" | "password";

export type Reaction =
  /** Show the refusals at the fields. */
  | { kind: "fields" }
  /** Say it where the form says such things (above the fields of a login or a password). */
  | { kind: "inline"; text: string }
  /** Open a dialog with a number; windowOver tells that no window is open any more. */
  | { kind: "dialog"; id: "F303" | "E309"; text: string; windowOver: boolean }
  /** The session is gone: go to the login screen and say why. */
  | { kind: "login"; text: string };

type Row = (error: WireError, deed: Deed) => Reaction;

const failed = (error: WireError, deed: Deed): Reaction =>
  deed === "login" || deed === "password"
    ? { kind: "inline", text: error.message || dialogs.E309 }
    : { kind: "dialog", id: "E309", text: dialogs.E309, windowOver: false };

const notSent: Row = (error, deed) =>
  deed === "send" ? { kind: "dialog", id: "F303", text: dialogs.F303, windowOver: true } : failed(error, deed);

const inline: Row = (error) => ({ kind: "inline", text: error.message });

const table: Record<string, Row> = {
  access_restricted: inline,
  auth_failed: inline,
  already_logged_in: inline,
  locked: inline,
  password_refused: inline,
  password_required: inline,
  screen_locked: inline,
  one_time_code_required: inline,
  one_time_code_wrong: inline,
  session_lost: (error) => ({ kind: "login", text: error.message }),
  order_refused: (error, deed) => ((error.refusals ?? []).length > 0 ? { kind: "fields" } : notSent(error, deed)),
  no_window: notSent,
  not_allowed: notSent,
  bad_request: failed,
  unavailable: failed,
  internal: failed,
};

/** classify says what to do about an error of a request. A code it does not know is a failed request. */
export function classify(error: WireError, deed: Deed): Reaction {
  return (table[error.code] ?? failed)(error, deed);
}

/** wantsCode tells whether a login was refused for its one-time code. */
export function wantsCode({ code }: WireError): boolean {
  return code === "one_time_code_required" || code === "one_time_code_wrong";
}

/** asksForCode tells whether the code is the next step of a login in which nothing was wrong so far. */
export function asksForCode({ code }: WireError): boolean {
  return code === "one_time_code_required";
}

/** asWireError reads whatever a request rejected with; anything unknown becomes a failed request. */
export function asWireError(reason: unknown): WireError {
  // Wails rejects with an Error around the text that the Go side gave.
  if (reason instanceof Error) return asWireError(reason.message);
  if (typeof reason === "string") {
    try {
      return asWireError(JSON.parse(reason));
    } catch {
      return { code: "internal", message: "" };
    }
  }
  if (typeof reason === "object" && reason !== null && "code" in reason && typeof reason.code === "string") {
    return { message: "", ...reason, code: reason.code };
  }
  return { code: "internal", message: "" };
}
