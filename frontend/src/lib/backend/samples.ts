// Sample data of the fake backend: one afternoon of one operator, as in the design's
// screens. No card number is in it; brand and last four are made up.
import { initialClient } from "$lib/model/session";
import type { Call, Result, Row, Session, State } from "./types";

/** at is a moment of the sample afternoon in Japan. */
export function at(time: string): number {
  return Date.parse(`2026-11-22T${time}+09:00`);
}

export const sampleNow = at("16:08:40");
export const operatorId = "op-sato";

/** sampleCode is the one-time code that the fake takes. */
export const sampleCode = "123456";

export const session: Session = {
  token: "",
  user: { id: operatorId, comment: "受注センター 佐藤", entrance: "operator", ivrNumber: "050-3000-1024" },
  merchant: {
    id: "Merchant",
    name: "つなぎ商店",
    linkageMode: "normal",
    memberId: false,
    paymentCountChoice: true,
    monitoring: true,
    securityCode: true,
    sendWindowSeconds: 20,
    talkScript: "",
    channels: 3,
  },
  passwordMustChange: false,
  passwordIsOld: false,
  serverVersion: "1.0.0",
};

export function order(number: number): string {
  return `ORD-20261122-00${number}`;
}

/** call is a live call; changes says what differs from one that has just arrived. */
export function call(id: string, changes: Partial<Call>): Call {
  return {
    id,
    operatorId,
    state: "sendWindow",
    outcome: "",
    arrivedAtMs: at("16:08:35"),
    stateAtMs: at("16:08:35"),
    deadlineAtMs: 0,
    transactionId: "",
    amount: 0,
    paymentCount: "1",
    digits: 0,
    retriesLeft: 3,
    cardsLeft: 3,
    brand: "",
    last4: "",
    canAskAgain: false,
    canAbort: true,
    ...changes,
  };
}

const visa4242 = { transactionId: order(42), amount: 4980, brand: "VISA", last4: "4242", retriesLeft: 2 };

export const calls = {
  enteringCode: call("42", {
    ...visa4242,
    state: "securityCode",
    arrivedAtMs: at("16:07:20"),
    stateAtMs: sampleNow - 52_000,
    digits: 2,
    canAskAgain: true,
  }),
  enteringNumber: call("43", {
    state: "cardNumber",
    arrivedAtMs: at("16:07:55"),
    stateAtMs: sampleNow - 14_000,
    transactionId: order(43),
    amount: 12_800,
    digits: 10,
    canAskAgain: true,
  }),
  authorizing: call("42", { ...visa4242, state: "authorizing", stateAtMs: sampleNow - 3000, canAbort: false }),
  waiting: call("44", { arrivedAtMs: sampleNow - 5000, stateAtMs: sampleNow - 5000, deadlineAtMs: sampleNow + 15_000 }),
  waitingFive: call("44", { arrivedAtMs: sampleNow - 15_000, stateAtMs: sampleNow - 15_000, deadlineAtMs: sampleNow + 5000 }),
  handover: call("44", {
    state: "handover",
    stateAtMs: sampleNow - 6000,
    deadlineAtMs: sampleNow + 24_000,
    transactionId: order(44),
    amount: 36_500,
    paymentCount: "3",
  }),
  onHold: call("42", { ...visa4242, state: "result", outcome: "hold", stateAtMs: sampleNow - 38_000, canAbort: false }),
  returning: call("42", { ...visa4242, state: "returning", outcome: "ok", stateAtMs: sampleNow - 4000, canAbort: false }),
  timedOut: call("44", { state: "ended", arrivedAtMs: sampleNow - 20_000, stateAtMs: sampleNow }),
};

const points: readonly [time: string, number: number, point: string, result?: string, code?: string, message?: string][] = [
  ["15:55:20", 40, "02.有効期限取得"],
  ["15:55:44", 40, "02.カード情報取得OK"],
  ["15:55:45", 40, "03.カード与信"],
  ["15:55:48", 40, "03.カード与信_NG", "NG", "NH18", "既に成功していました"],
  ["15:56:02", 40, "【決済NG】IVRとの通話が終了しました。"],
  ["16:02:15", 41, "01.転送完了トップ"],
  ["16:02:41", 41, "02.カード番号取得"],
  ["16:02:54", 41, "02.有効期限取得"],
  ["16:03:10", 41, "02.セキュリティコード取得"],
  ["16:03:11", 41, "02.カード情報取得OK"],
  ["16:03:11", 41, "03.カード与信"],
  ["16:03:14", 41, "03.カード与信_OK", "OK", "A001", "処理が成功しました。"],
  ["16:03:29", 41, "【決済OK】IVRとの通話が終了しました。"],
  ["16:07:42", 42, "01.転送完了トップ"],
  ["16:08:10", 42, "02.カード番号取得"],
  ["16:08:12", 43, "01.転送完了トップ"],
  ["16:08:33", 42, "02.有効期限取得"],
];

export const rows: Row[] = points.map(([time, number, point, result = "", code = "", message = ""], i) => ({
  callId: String(number),
  number: i + 1,
  atMs: at(time),
  operatorId,
  transactionId: order(number),
  point,
  result,
  code,
  message,
  ends: point.startsWith("【"),
}));

/** rowOf is one more row of the call with order 42, after those of rows. */
export function rowOf(time: string, number: number, point: string, more: Partial<Row> = {}): Row {
  return { callId: "42", number, atMs: at(time), operatorId, transactionId: order(42), point, result: "", code: "", message: "", ends: false, ...more };
}

const finished: readonly [time: string, number: number, amount: number, outcome: string, brand: string, last4: string, code?: string, message?: string][] = [
  ["14:11:27", 34, 19_800, "ok", "VISA", "1111"],
  ["14:30:33", 35, 6050, "ok", "VISA", "4242"],
  ["14:47:09", 36, 118_000, "ok", "AMEX", "0005"],
  ["15:02:40", 37, 3280, "ng", "", "", "NC02", "カード情報の入力回数を超えました"],
  ["15:20:18", 38, 3280, "ok", "JCB", "1117"],
  ["15:41:55", 39, 55_000, "ok", "Mastercard", "5454"],
  ["15:56:02", 40, 8640, "ng", "JCB", "0505", "NH18", "既に成功していました"],
  ["16:03:14", 41, 23_100, "ok", "VISA", "1881"],
];

export const results: Result[] = finished.map(([time, number, amount, outcome, brand, last4, code = "A001", message = "処理が成功しました。"]) => ({
  callId: String(number),
  atMs: at(time),
  operatorId,
  transactionId: order(number),
  amount,
  paymentCount: "1",
  outcome,
  code,
  message,
  brand,
  last4,
}));

/** loggedOutState is the program just started, with the last user remembered. */
export const loggedOutState: State = {
  version: "1.0.0",
  link: { phase: "connected", sinceMs: sampleNow, offsetMs: 0, address: "tsunagi.example.local:8443", message: "" },
  settings: { ...initialClient.settings, server: "tsunagi.example.local:8443", merchantId: "Merchant", userId: operatorId, theme: "light", sound: true },
  can: { ...initialClient.can, notifications: true, tray: true, startWithSystem: true },
};

/** operatorState is the operator at work with these calls. */
export function operatorState(live: Call[], more: Partial<State> = {}): State {
  return {
    ...loggedOutState,
    link: { ...loggedOutState.link, phase: "connected", sinceMs: at("16:05:28") },
    session,
    snapshot: { seq: 1, serverAtMs: sampleNow, calls: live, rows, results },
    ...more,
  };
}
