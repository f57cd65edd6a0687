// The scenarios of the fake backend: one for each screen of the design.
import type { Form, Inquired, Merchant, Notice, Row, State, UserState } from "./types";
import { at, calls, loggedOutState, operatorState, order, rowOf, rows, sampleNow, session } from "./samples";

export interface Scenario {
  state: State;
  /** typed into the payment form at the start. */
  form?: Partial<Form>;
  /** announced at the start. */
  notice?: Notice;
  /** shown above the login fields. */
  loggedOut?: string;
  loginError?: string;
  panel?: "history" | "talk" | "help" | "logout" | "password" | "settings" | "server";
  /** who is logged in, as a supervisor sees it. */
  people?: UserState[];
  mini?: boolean;
  /** what an earlier inquiry was answered. */
  inquired?: Inquired;
  /** since when the band is green; the start of the sample's wait by default. */
  readySinceMs?: number;
  /** names the control that has the focus in the design's picture. */
  focus?: string;
}

const filled: Partial<Form> = { transactionId: order(44), amount: "36500", paymentCount: "3" };
const settingsDamaged = "設定ファイルが壊れていたため、初期設定に戻しました。";
const two = [calls.enteringCode, calls.enteringNumber];

const supervisor = {
  ...session,
  user: { id: "sv-tanaka", comment: "管理 田中", entrance: "supervisor", ivrNumber: "" },
};

const ready: Scenario = { state: operatorState(two), form: filled, focus: "amount" };
const sending: Scenario = { state: operatorState([calls.enteringCode, calls.waiting]), form: filled };
const handover: Scenario = {
  state: withRows([calls.authorizing, calls.handover], [
    rowOf("16:08:42", 21, "02.セキュリティコード取得"),
    rowOf("16:08:43", 22, "02.カード情報取得OK"),
    rowOf("16:08:43", 23, "03.カード与信"),
  ]),
  readySinceMs: sampleNow - 6000,
  focus: "transactionId",
};

function withRows(live: Parameters<typeof operatorState>[0], more: Row[]): State {
  const state = operatorState(live);
  return { ...state, snapshot: { ...state.snapshot!, rows: [...rows, ...more] } };
}

function withMerchant(scenario: Scenario, changes: Partial<Merchant>): Scenario {
  const merchant = { ...session.merchant, ...changes };
  return { ...scenario, state: { ...scenario.state, session: { ...session, merchant } } };
}

function lostLink(state: State): State {
  return { ...state, link: { ...state.link, phase: "lost", sinceMs: sampleNow - 42_000 } };
}

const stoppedBefore = (live: typeof two) => live.map((call) => ({ ...call, stateAtMs: call.stateAtMs - 42_000 }));
const notice = (messageId: string, message: string, callId: string): Notice => ({ messageId, message, callId, transactionId: order(42) });

const by = (operatorId: string) => <T extends { operatorId: string }>(one: T): T => ({ ...one, operatorId });
const floor = operatorState([calls.enteringCode, by("op-suzuki")(calls.waiting), by("op-nakamura")({ ...calls.returning, id: "50", transactionId: order(50) })]);
const supervised: State = {
  ...floor,
  session: supervisor,
  snapshot: {
    ...floor.snapshot!,
    rows: rows.map((row, i) => (i % 4 === 0 ? by("op-takahashi")(row) : row)),
    results: [...floor.snapshot!.results, by("op-kato")({ ...floor.snapshot!.results[0]!, callId: "51", transactionId: order(51), outcome: "hold" })],
  },
};

const person = (id: string, comment: string, presence: string, since: string, more: Partial<UserState> = {}): UserState => ({
  user: { id, comment, entrance: "operator", ivrNumber: "" },
  presence,
  sinceMs: since === "" ? 0 : at(since),
  ...more,
});
const people = [
  person("op-sato", "受注センター 佐藤", "online", "09:01:12"),
  person("op-suzuki", "受注センター 鈴木", "online", "09:03:40"),
  person("op-takahashi", "受注センター 高橋", "online", "14:58:03"),
  person("op-nakamura", "通販窓口 中村", "online", "13:00:21"),
  person("op-kato", "通販窓口 加藤", "lost", "16:07:50"),
  person("op-ito", "夜間窓口 伊藤", "offline", "13:57:00"),
  person("op-yamada", "夜間窓口 山田", "offline", "", { locked: true }),
];

export const scenarios: Record<string, Scenario> = {
  login: { state: loggedOutState, focus: "password" },
  "login-supervisor": { state: { ...loggedOutState, settings: { ...loggedOutState.settings, userId: "sv-tanaka" } }, focus: "password" },
  "login-error": { state: loggedOutState, loginError: "認証に失敗しました。", focus: "password" },
  "login-already": { state: loggedOutState, loginError: "該当ユーザ ID はログイン状態です。多重ログインは出来ません。", focus: "password" },
  "login-forced": { state: loggedOutState, loggedOut: "管理者により強制ログアウトされました。", focus: "password" },
  "login-fingerprint": { state: untrusted(false) },
  "login-changed": { state: untrusted(true) },
  "login-offline": { state: { ...loggedOutState, link: { ...loggedOutState.link, phase: "lost" } }, focus: "password" },
  "login-damaged": {
    state: { ...loggedOutState, notice: settingsDamaged, link: { ...loggedOutState.link, phase: "idle", address: "" }, settings: { ...loggedOutState.settings, server: "", merchantId: "", userId: "" } },
    focus: "merchantId",
  },
  "login-server": { state: loggedOutState, panel: "server" },
  "op-ready": ready,
  "op-empty": {
    state: { ...operatorState([]), session: { ...session, passwordIsOld: true }, snapshot: { seq: 1, serverAtMs: sampleNow, calls: [], rows: [], results: [] } },
    focus: "transactionId",
  },
  "op-send": sending,
  "op-send-5": { ...sending, state: operatorState([calls.enteringCode, calls.waitingFive]) },
  "op-send-missing": { ...sending, form: { transactionId: order(44) } },
  "op-handover": handover,
  "op-three": { ...ready, state: operatorState([calls.authorizing, calls.enteringNumber, calls.handover]), readySinceMs: sampleNow - 192_000 },
  "op-error": withMerchant({ ...ready, form: { transactionId: order(41), memberId: "4111111111111111", amount: "0" }, focus: "transactionId" }, { memberId: true }),
  "op-member": withMerchant({ ...ready, form: { ...filled, memberId: "member.20418@shop" } }, { memberId: true }),
  "op-fixed": withMerchant({ ...ready, form: { transactionId: order(44), amount: "36500" } }, { paymentCountChoice: false }),
  "op-unmonitored": withMerchant(ready, { monitoring: false }),
  "op-api": withMerchant(
    {
      state: operatorState([calls.enteringNumber]),
      form: { transactionId: "CRM-88120-A", memberId: "member.20418@shop", amount: "128000", paymentCount: "bonus" },
    },
    { linkageMode: "api", memberId: true },
  ),
  "op-lost": { ...ready, state: lostLink(operatorState(stoppedBefore(two))) },
  "op-menu": ready,
  "op-logout": { ...ready, panel: "logout" },
  "op-help": { ...ready, panel: "help", focus: "" },
  "op-history": { ...ready, panel: "history", focus: "" },
  "op-settings": { ...ready, panel: "settings", focus: "" },
  "op-locked": { state: { ...ready.state, session: { ...session, locked: true } }, focus: "unlock" },
  "op-locked-send": { state: { ...sending.state, session: { ...session, locked: true } }, focus: "unlock" },
  "op-held": { ...ready, state: operatorState([{ ...calls.enteringCode, held: true }, calls.enteringNumber]) },
  "op-talk": { ...ready, panel: "talk" },
  "op-talk-own": { ...withMerchant(ready, { memberId: true, talkScript: "カードの裏面、署名欄の右側をご覧ください。\n\nそちらに印字されている末尾3桁が、セキュリティコードでございます。" }), panel: "talk" },
  "op-damaged": { ...ready, state: { ...ready.state, notice: settingsDamaged } },
  "op-f301": {
    ...ready,
    state: operatorState([calls.enteringCode, calls.timedOut]),
    notice: { ...notice("F301", "決済処理が中断されました。", "44"), transactionId: "" },
  },
  "op-return": {
    ...ready,
    state: withRows([calls.returning, calls.enteringNumber], [
      rowOf("16:08:43", 22, "02.カード情報取得OK"),
      rowOf("16:08:43", 23, "03.カード与信"),
      rowOf("16:08:46", 24, "03.カード与信_OK", { result: "OK", code: "A001", message: "処理が成功しました。" }),
      rowOf("16:08:55", 25, "E1.オペレータ転送"),
    ]),
    notice: notice("I402", "【決済OK】これより通話が転送されます。", "42"),
  },
  "op-hold": {
    ...ready,
    state: withRows([calls.onHold, calls.enteringNumber], [
      rowOf("16:08:42", 21, "02.セキュリティコード取得"),
      rowOf("16:08:43", 22, "02.カード情報取得OK"),
      rowOf("16:08:43", 23, "03.カード与信"),
      rowOf("16:08:58", 24, "03.カード与信_保留", { result: "保留", message: "決済結果を確認中です" }),
    ]),
    notice: notice("W406", "決済結果を確認中です。同じ注文を別の取引IDで再決済しないでください。", "42"),
    inquired: { transactionId: order(42), outcome: "hold", code: "", message: "", atMs: at("16:08:20") },
  },
  "op-password": { ...ready, panel: "password" },
  "op-password-first": { state: { ...operatorState([]), session: { ...session, passwordMustChange: true } } },
  "mini-ready": { ...ready, state: operatorState([calls.enteringNumber]), mini: true },
  "mini-send": { ...sending, mini: true },
  "mini-lost": { ...ready, state: lostLink(operatorState(two)), mini: true },
  "sv-live": { state: supervised, people },
  "sv-settings": { state: supervised, people, panel: "settings" },
  "sv-locked": { state: { ...supervised, session: { ...supervisor, locked: true } } },
  "sv-code": { state: { ...operatorState([]), session: { ...supervisor, oneTimeCodeMustEnrol: true } } },
  "login-code": { state: { ...loggedOutState, settings: { ...loggedOutState.settings, userId: "sv-tanaka" } } },
  "sv-lost": { state: lostLink(supervised) },
  "sv-empty": { state: { ...operatorState([]), session: supervisor, snapshot: { seq: 1, serverAtMs: sampleNow, calls: [], rows: [], results: [] } } },
};

function untrusted(changed: boolean): State {
  const certificate = {
    fingerprint: "3f9a21c78e04d5b26a10f7e394cb0d58b16c47a9e2f03d857c1b90e652af18d4",
    notBeforeMs: Date.parse("2026-11-20T00:00:00+09:00"),
    notAfterMs: Date.parse("2036-11-17T00:00:00+09:00"),
    changed,
  };
  return { ...loggedOutState, link: { ...loggedOutState.link, phase: changed ? "refused" : "untrusted", certificate } };
}

export const sampleReadySinceMs = at("16:05:28");
