/** The dialogs with a number, and what they advise. */
export const dialogs: Readonly<Record<string, string>> = {
  "【決済OK】これより通話が転送されます。": "[Paid] The call is now transferred to you.",
  "【決済NG】これより通話が転送されます。": "[Not paid] The call is now transferred to you.",
  "決済処理が中断されました。": "The payment was broken off.",
  "送信が失敗しました。": "Sending has failed.",
  "サーバとの通信でエラーが発生しました。": "There was an error in talking to the server.",
  "決済結果を確認中です。同じ注文を別の取引IDで再決済しないでください。": "The outcome is being found out. Do not charge the same order under another transaction ID.",
  "お客様との通話をいったん戻し、もう一度転送してください。": "Take the call back and transfer it again.",
  "転送が完了する前に通話が終了しました。": "The call ended before the transfer was complete.",
  "{n}秒以内に送信がなかったため、通話を終了しました。": "Nothing was sent within {n} seconds, so the call was ended.",
  "送信の前に通話が終了しました。": "The call ended before anything was sent.",
  "入力内容は残しています。": "What you typed is kept.",
  "送信時間が終わったか、通話が切れています。お客様との通話をいったん戻し、もう一度転送してください。入力内容は残しています。":
    "The time to send is over, or the call is gone. Take the call back and transfer it again. What you typed is kept.",
  "入力内容は残しています。接続が戻ってから、もう一度操作してください。": "What you typed is kept. Try again once the connection is back.",
  確認開始: "Since",
  "{time}(サーバが自動で照会を続けます)": "{time} (the server goes on inquiring by itself)",
  問い合わせ番号: "Reference",
  カード会社に照会しています: "Asking the acquirer",
  "{time} まだ確定していません": "{time} not decided yet",
  "この状態では実行できません。": "This cannot be done now.",
  "この通話では、いまは操作できません。": "This cannot be done to this call now.",
};
