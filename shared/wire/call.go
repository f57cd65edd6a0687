package wire

import "tsunagi/shared/order"

// SendOrder hands an order to the call that waits for it in its send window.
type SendOrder struct {
	CallID string     `json:"callId"`
	Key    string     `json:"key"` // idempotency key, made when the window opened; a repeated key gets the first answer
	Form   order.Form `json:"form"`
}

// OrderSent says that the order is written down and bound to the call.
type OrderSent struct {
	CallID string `json:"callId"`
}

// Ask is what an operator may ask of a call in progress.
type Ask struct {
	CallID string  `json:"callId"`
	What   Request `json:"what"`
}

// Request is one of the operator's buttons on a live call.
type Request string

// The buttons.
const (
	RequestAgain Request = "again" // 入力をやり直す
	RequestAbort Request = "abort" // 中断
)

// Check asks, before there is anything to send, whether an order under a transaction
// ID would be refused for what the server knows of it. It may be refused when it is
// asked too often: the order itself is judged again in any case.
type Check struct {
	TransactionID order.TransactionID `json:"transactionId"` // one that order.ParseTransactionID accepts
}

// Checked is what the server knows against a transaction ID.
type Checked struct {
	TransactionID order.TransactionID `json:"transactionId"`
	Refusal       string              `json:"refusal"` // in the words of an order's refusal; empty: nothing
}

// Inquire asks the acquirer now what became of an order whose outcome is unknown
// (照会).
type Inquire struct {
	TransactionID order.TransactionID `json:"transactionId"`
}

// Inquired is how an order stands after an inquiry. Where its outcome was known
// nobody was asked.
type Inquired struct {
	TransactionID order.TransactionID `json:"transactionId"`
	Outcome       Outcome             `json:"outcome"` // hold: still unknown
	Code          string              `json:"code"`    // 結果コード
	Message       string              `json:"message"` // 結果メッセージ
	AtMs          int64               `json:"atMs"`    // of the last inquiry; 0 where none was needed
}

// State is where a call is, as far as a screen shows it.
type State string

// The states in the order in which a call passes them.
const (
	StateSendWindow   State = "sendWindow"   // 送信待ち
	StateHandover     State = "handover"     // 転送操作中: waits for 「1」
	StateRingback     State = "ringback"     // 転送操作中: 5 s of ringback
	StateGreeting     State = "greeting"     // お客様への案内中
	StateCardNumber   State = "cardNumber"   // カード番号入力中
	StateExpiry       State = "expiry"       // 有効期限入力中
	StateSecurityCode State = "securityCode" // セキュリティコード入力中
	StateAuthorizing  State = "authorizing"  // カード与信中
	StateResult       State = "result"       // 決済OK, 決済NG or 結果確認中, by Outcome
	StateReturning    State = "returning"    // オペレータへ通話戻し中
	StateEnded        State = "ended"        // the card stays for 10 s
)

// Outcome is what became of the payment of a call, as far as it is known.
type Outcome string

// The outcomes.
const (
	OutcomeNone Outcome = ""     // nothing asked of the acquirer yet
	OutcomeOK   Outcome = "ok"   // paid
	OutcomeNG   Outcome = "ng"   // not paid
	OutcomeHold Outcome = "hold" // unknown, being settled
)

// Call is the picture of one call. It has no digit of a card but Last4.
type Call struct {
	ID            string              `json:"id"`
	OperatorID    string              `json:"operatorId"`
	State         State               `json:"state"`
	Outcome       Outcome             `json:"outcome"`
	ArrivedAtMs   int64               `json:"arrivedAtMs"`
	StateAtMs     int64               `json:"stateAtMs"`     // when State began
	DeadlineAtMs  int64               `json:"deadlineAtMs"`  // end of the send window or the handover wait; 0 elsewhere
	TransactionID order.TransactionID `json:"transactionId"` // empty until the order is sent
	Amount        order.Yen           `json:"amount"`        // yen
	PaymentCount  order.PaymentCount  `json:"paymentCount"`
	Digits        int                 `json:"digits"`      // keyed in the current field; never which
	RetriesLeft   int                 `json:"retriesLeft"` // of the current field
	CardsLeft     int                 `json:"cardsLeft"`   // attempts with a card, the current one included
	Brand         string              `json:"brand"`       // once the number is accepted
	Last4         string              `json:"last4"`       // once the number is accepted
	CanAskAgain   bool                `json:"canAskAgain"` // 入力をやり直す would be carried out now
	CanAbort      bool                `json:"canAbort"`    // 中断 would be carried out now

	// Language is what the customer is spoken to in; empty until the order is sent.
	Language order.Language `json:"language,omitempty"`

	// Held tells that the call is on hold: its time stands still, and DeadlineAtMs is
	// told anew each second with what is left.
	Held bool `json:"held,omitempty"`
}

// Row is a line of the monitoring pane.
type Row struct {
	CallID        string              `json:"callId"`
	Number        int                 `json:"number"` // within the call, from 1: puts a late row in its place
	AtMs          int64               `json:"atMs"`
	OperatorID    string              `json:"operatorId"`
	TransactionID order.TransactionID `json:"transactionId"`
	Point         string              `json:"point"`   // words of message.Point
	Result        string              `json:"result"`  // OK, NG, 保留 or empty
	Code          string              `json:"code"`    // 結果コード
	Message       string              `json:"message"` // 結果メッセージ
	Ends          bool                `json:"ends"`    // the row spans the columns and closes the call
}

// Notice opens a dialog: F301, I402, I405, W406.
type Notice struct {
	MessageID     string              `json:"messageId"`
	Message       string              `json:"message"`
	CallID        string              `json:"callId"`
	TransactionID order.TransactionID `json:"transactionId"`
}

// Result is a finished payment in 本日の履歴 and 直近の結果.
type Result struct {
	CallID        string              `json:"callId"`
	AtMs          int64               `json:"atMs"`
	OperatorID    string              `json:"operatorId"`
	TransactionID order.TransactionID `json:"transactionId"`
	Amount        order.Yen           `json:"amount"`
	PaymentCount  order.PaymentCount  `json:"paymentCount"`
	Outcome       Outcome             `json:"outcome"`
	Code          string              `json:"code"`
	Message       string              `json:"message"`
	Brand         string              `json:"brand"`
	Last4         string              `json:"last4"`
}

// Snapshot is everything the user may see at one moment. Changes go on from Seq.
type Snapshot struct {
	Seq        int64    `json:"seq"`
	ServerAtMs int64    `json:"serverAtMs"`
	Calls      []Call   `json:"calls"`   // live ones, in order of arrival
	Rows       []Row    `json:"rows"`    // of today, oldest first, at most MaxRows
	Results    []Result `json:"results"` // of today, oldest first
}

// MaxRows bounds the rows of a snapshot.
const MaxRows = 1000

// Change is what happened after Snapshot.Seq or the change before. A part that is
// nil has not changed.
type Change struct {
	Seq        int64   `json:"seq"`
	ServerAtMs int64   `json:"serverAtMs"`
	Call       *Call   `json:"call,omitempty"` // replaces the picture of that call
	Row        *Row    `json:"row,omitempty"`
	Result     *Result `json:"result,omitempty"`
	Notice     *Notice `json:"notice,omitempty"`
}
