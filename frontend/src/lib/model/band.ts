// The status band: one sentence, always in the same place, and the next step.
import type { Call } from "$lib/backend/types";
import { elapsedSeconds, secondsLeft } from "./countdown";
import { openWindow, type Attention } from "./window";
import { headerLost, headerReady, headerSend } from "./words";
import { sentences, t } from "$lib/words/index.svelte";

export interface Band {
  kind: "ready" | "send" | "lost";
  /** seconds left in the send window; 0 elsewhere. */
  seconds: number;
  /** the last five seconds. */
  urgent: boolean;
  message: string;
  next: string;
  /** what the stopwatch at the right counts from, and its seconds. */
  stopwatch: string;
  elapsed: number;
}

export interface BandInput {
  /** since when the connection is lost (server's clock); null while it is there. */
  lostSinceMs: number | null;
  /** what the connection says of itself. */
  linkMessage: string;
  attention: Attention;
  calls: readonly Call[];
  windowSeconds: number;
  /** server's clock. */
  nowMs: number;
}

const urgentSeconds = 5;

export function bandOf(input: BandInput): Band {
  if (input.lostSinceMs !== null) return lost(input, input.lostSinceMs);
  const window = openWindow(input.attention);
  if (!window) return ready(input);
  const seconds = secondsLeft(window.deadlineAtMs, input.nowMs);
  return {
    kind: "send",
    seconds,
    urgent: seconds <= urgentSeconds,
    message: t(headerSend),
    next: t(window.phase === "sending" ? "送信しています。" : "内容を確かめて、送信(F12)を押してください。"),
    stopwatch: t("着信から"),
    elapsed: elapsedSeconds(window.arrivedAtMs, input.nowMs),
  };
}

function ready({ attention, calls, windowSeconds, nowMs }: BandInput): Band {
  return {
    kind: "ready",
    seconds: 0,
    urgent: false,
    message: t(headerReady),
    next: nextStep(attention, calls, windowSeconds),
    stopwatch: t("待機時間"),
    elapsed: elapsedSeconds(attention.readySinceMs, nowMs),
  };
}

function nextStep({ window }: Attention, calls: readonly Call[], windowSeconds: number): string {
  const sent = window?.phase === "closed" && calls.some((call) => call.id === window.callId && call.transactionId !== "");
  if (sent || calls.some((call) => call.state === "handover")) {
    return t("送信しました。電話機の「1」を押して、転送を完了してください。");
  }
  if (calls.some((call) => call.state === "ringback")) {
    return t("呼び出し音が流れています。電話機で転送を完了してください。");
  }
  return t("通話を担当IVR番号へ転送すると、{n}秒の送信時間が始まります。", { n: windowSeconds });
}

function lost({ linkMessage, nowMs }: BandInput, sinceMs: number): Band {
  return {
    kind: "lost",
    seconds: 0,
    urgent: false,
    message: t(headerLost),
    next: sentences("サーバとの接続が切れています。", linkMessage || "再接続しています。", "進行中の通話はIVRで続いています。"),
    stopwatch: t("切断から"),
    elapsed: elapsedSeconds(sinceMs, nowMs),
  };
}
