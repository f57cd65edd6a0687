import type { Backend } from "./backend";
import type { BackendEvent } from "./types";

const full = { width: 1280, height: 800, minWidth: 1024, minHeight: 640 };
const mini = { width: 360, height: 180 };

type Bound = Record<string, (...args: unknown[]) => Promise<never>>;

// Wails puts the bound methods and its runtime on the window before the page runs.
const { go, runtime } = window as unknown as {
  go: { main: { App: Bound } };
  runtime: {
    EventsOn(name: string, receive: (event: BackendEvent) => void): () => void;
    WindowSetSize(width: number, height: number): void;
    WindowSetMinSize(width: number, height: number): void;
    WindowSetAlwaysOnTop(on: boolean): void;
  };
};

const bound = (name: string, ...args: unknown[]) => go.main.App[name]!(...args);

/** wails is the backend of the program: the methods and events of desktop/app.go. */
export const wails: Backend = {
  state: () => bound("State"),
  subscribe: (receive) => runtime.EventsOn("tsunagi", receive),
  login: (form) => bound("Login", form),
  logout: () => bound("Logout"),
  setPassword: (form) => bound("SetPassword", form),
  sendOrder: (callId, key, form) => bound("SendOrder", callId, key, form),
  ask: (callId, what) => bound("Ask", callId, what),
  trust: (fingerprint) => bound("Trust", fingerprint),
  distrust: () => bound("Distrust"),
  setServer: (address) => bound("SetServer", address),
  saveSettings: (settings) => bound("SaveSettings", settings),
  setMini: async (on) => {
    const { width, height } = on ? mini : full;
    runtime.WindowSetMinSize(on ? mini.width : full.minWidth, on ? mini.height : full.minHeight);
    runtime.WindowSetSize(width, height);
    runtime.WindowSetAlwaysOnTop(on);
  },
};
