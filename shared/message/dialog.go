package message

// ID names a dialog. Its first letter is the kind: I information, W warning,
// E error, F fatal. IDs cross the wire; the list is append-only.
type ID string

// The dialogs of the payment-linkage screen (operator guide 3-7, product.md 4).
const (
	I005 ID = "I005" // logout, asked
	I402 ID = "I402" // return call, paid
	I405 ID = "I405" // return call, not paid
	F301 ID = "F301" // the call ended before the customer reached the IVR
	F303 ID = "F303" // the order could not be handed to the call
	E309 ID = "E309" // a request to the server failed
	W406 ID = "W406" // ours: the outcome of an authorization is not known yet
)

var dialogs = map[ID]string{
	I005: "ログアウトします。よろしいですか?",
	I402: "【決済OK】これより通話が転送されます。",
	I405: "【決済NG】これより通話が転送されます。",
	F301: "決済処理が中断されました。",
	F303: "送信が失敗しました。",
	E309: "サーバとの通信でエラーが発生しました。",
	W406: "決済結果を確認中です。同じ注文を別の取引IDで再決済しないでください。",
}

// Text is what the dialog says; empty for an ID that is not in the table.
func (id ID) Text() string { return dialogs[id] }

// IDs lists every dialog.
func IDs() []ID { return []ID{I005, I402, I405, F301, F303, E309, W406} }
