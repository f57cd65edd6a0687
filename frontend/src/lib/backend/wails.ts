import type { Backend } from "./backend";
import type { BackendEvent } from "./types";
import * as bound from "../../../wailsjs/go/main/App";
import { EventsOn } from "../../../wailsjs/runtime/runtime";

/**
 * watchFront tells the program whether its window is the one the person works in, and
 * hears when a click on a notification asks for 送信. The answer ends both.
 */
export function watchFront(target: Window, toSend: () => void): () => void {
  const stop = new AbortController();
  const tell = (front: boolean) => void bound.Front(front);
  target.addEventListener("focus", () => tell(true), { signal: stop.signal });
  target.addEventListener("blur", () => tell(false), { signal: stop.signal });
  tell(target.document.hasFocus());
  const unsubscribe = EventsOn("tsunagi:send", toSend);
  return () => {
    stop.abort();
    unsubscribe();
  };
}

/** wails is the backend of the program: the methods and events of desktop/app.go. */
export const wails: Backend = {
  state: () => bound.State(),
  subscribe: (receive) => EventsOn("tsunagi", (event: BackendEvent) => receive(event)),
  login: (form) => bound.Login(form),
  logout: () => bound.Logout(),
  setPassword: (form) => bound.SetPassword(form),
  enrolOneTimeCode: () => bound.EnrolOneTimeCode(),
  confirmOneTimeCode: (code) => bound.ConfirmOneTimeCode(code),
  lock: () => bound.Lock(),
  unlock: (password) => bound.Unlock(password),
  users: () => bound.Users(),
  forceLogout: (userId) => bound.ForceLogout(userId),
  sendOrder: (callId, key, form) => bound.SendOrder(callId, key, form),
  check: (transactionId) => bound.CheckTransactionID(transactionId),
  ask: (callId, what) => bound.Ask(callId, what),
  inquire: (transactionId) => bound.Inquire(transactionId),
  trust: (fingerprint) => bound.Trust(fingerprint),
  distrust: () => bound.Distrust(),
  setServer: (address) => bound.SetServer(address),
  saveSettings: (settings) => bound.SaveSettings(settings),
  setMini: (on) => bound.SetMini(on),
};
