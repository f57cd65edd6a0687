package payment

import (
	"context"
	"time"

	"tsunagi/server"
	"tsunagi/shared/order"
)

// Acquirer is whom an authorization is asked of. Its methods may be called together.
type Acquirer interface {
	// Name is kept with each attempt.
	Name() string

	// Authorize asks once and answers once, at the latest when ctx ends. An
	// acquirer that did not answer is not an error but Answer{Reply: ReplyLost}.
	// It uses the card inside Use only and keeps nothing of it.
	Authorize(ctx context.Context, a Authorization, c Card) Answer

	// Inquire tells what the acquirer has on its books about an order; nothing at
	// all is an empty Inquiry. An error says that it could not be asked. It returns
	// when ctx ends.
	Inquire(ctx context.Context, o OrderKey) (Inquiry, error)
}

// Card is a customer's card as far as an acquirer may use it. card.Vault is one.
type Card interface {
	// Use lends the digits, in ASCII, expiry as MMYY, until fn returns. The code is
	// empty where the merchant asks for none. A card that is gone is an error, and
	// fn is not called.
	Use(fn func(pan, expiry, code []byte) error) error
}

// OrderKey names an order among all merchants.
type OrderKey struct {
	Merchant      ivr.MerchantID
	TransactionID order.TransactionID
}

// Authorization is the ask, made from what the journal holds.
type Authorization struct {
	Attempt  ivr.AttemptID // goes with the request, to find it again
	Merchant ivr.MerchantID
	Order    order.Order
	Capture  bool // authorize and capture at once
}

// Key names the order of the authorization.
func (a Authorization) Key() OrderKey { return OrderKey{a.Merchant, a.Order.TransactionID} }

// Reply is an acquirer's word on an authorization. The zero value is no word at
// all and taken as ReplyLost.
type Reply string

// The replies.
const (
	ReplyApproved Reply = "approved"
	ReplyDeclined Reply = "declined"
	ReplyPending  Reply = "pending"  // the acquirer does not know itself yet
	ReplyLost     Reply = "lost"     // asked, but nothing to rely on came back
	ReplyNotSent  Reply = "not_sent" // it is certain that not a byte of the request left
)

// Answer is what came of asking for an authorization.
type Answer struct {
	Reply       Reply
	Cause       string // of ReplyLost and ReplyNotSent, for the log: without any text of the request
	Class       Class  // of ReplyDeclined
	Code        string // as received, 16 characters
	Message     string // as received
	AuthCode    string
	GatewayTxn  string
	MerchantTxn string
	WroteAt     time.Time // when the first byte of the request left; zero where none was seen to

	// The order as the acquirer echoes it. An approval of anything but what was
	// asked for is not relied on.
	TransactionID order.TransactionID
	Amount        order.Yen
}

// Class says what a refusal means for those who must go on. Spelled out on disk;
// append-only.
type Class string

// The classes.
const (
	ClassNone         Class = ""
	ClassInput        Class = "input"         // number, expiry or code cannot be right: key it again
	ClassSecurityCode Class = "security_code" // the code is wrong: key it again
	ClassCard         Class = "card"          // this card cannot be used: another one may
	ClassRefused      Class = "refused"       // the issuer refuses this payment: another card may do
	ClassDuplicate    Class = "duplicate"     // the order has succeeded before
	ClassState        Class = "state"         // the order does not admit the command
	ClassLocal        Class = "local"         // the fault is ours: settings, contract, journal
)

// Mendable tells whether the customer can mend a refusal of the class by keying
// another card, or the same one again.
func (c Class) Mendable() bool {
	switch c {
	case ClassInput, ClassSecurityCode, ClassCard, ClassRefused:
		return true
	}
	return false
}

// Inquiry is what an acquirer has on its books about an order, oldest first.
type Inquiry struct {
	Transactions []Transaction
}

// Kind is what was asked of the acquirer in a transaction.
type Kind string

// The kinds.
const (
	KindAuthorize Kind = "authorize"
	KindCapture   Kind = "capture"
	KindCancel    Kind = "cancel"
)

// Transaction is one line of an acquirer's books.
type Transaction struct {
	ID           string        // the acquirer's name of it
	Attempt      ivr.AttemptID // as sent with the request; empty where the acquirer does not give it back
	Kind         Kind
	Reply        Reply // ReplyApproved, ReplyDeclined or ReplyPending
	Class        Class
	Code         string
	Message      string
	Amount       order.Yen
	PaymentCount order.PaymentCount // empty where the acquirer does not tell
	AuthCode     string
	At           time.Time
}
