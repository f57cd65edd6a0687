// Sentences of the screens that are spelled as shared/message spells them, and the
// few of our own that more than one model needs. Words at the fields of an order
// are in order.ts.
import { t } from "$lib/words/index.svelte";

export const headerReady = "正常にお取引可能です。";
export const headerSend = "秒以内に決済情報を送信してください。";
export const headerLost = "予期せぬエラーが発生しました。管理者にお問合せください。";

export const dialogs = {
  I005: "ログアウトします。よろしいですか?",
  I402: "【決済OK】これより通話が転送されます。",
  I405: "【決済NG】これより通話が転送されます。",
  F301: "決済処理が中断されました。",
  F303: "送信が失敗しました。",
  E309: "サーバとの通信でエラーが発生しました。",
  W406: "決済結果を確認中です。同じ注文を別の取引IDで再決済しないでください。",
} as const;

/** outcomeName is what became of a payment, in words. */
export function outcomeName(outcome: string): string {
  return t(outcome === "ok" ? "決済OK" : outcome === "ng" ? "決済NG" : outcome === "hold" ? "結果確認中" : "");
}

export const passwordMismatch = "変更後のパスワードと再入力が一致しません。";
export const passwordOld = "90 日以上パスワードが変更されていません。パスワードの変更をおすすめします。";

// Ours, of the login screen.
export const noServer = "「接続先」でサーバを設定してください。";
export const notConnected = "サーバに接続していません。画面の下の「接続先」から接続し直せます。";
export const offlineOnly = "サーバに接続できません。接続先とネットワークを確かめてください。";
