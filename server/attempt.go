package ivr

import (
	"errors"
	"time"

	"tsunagi/shared/order"
)

// AttemptID names one authorization request to the acquirer. It is a UUIDv7, so it
// sorts by time, and it is the idempotency key of everything told about the attempt.
type AttemptID string

// AttemptState is where an attempt stands. Spelled out on disk; append-only.
// Which state may follow which is stated once, in package payment.
type AttemptState string

// The states of spec/payments.md. An attempt that is not yet written down has none.
const (
	AttemptSending    AttemptState = "SENDING"     // written down; the request may have left
	AttemptApproved   AttemptState = "APPROVED"    // the acquirer confirmed success
	AttemptCaptured   AttemptState = "CAPTURED"    // an approved amount was captured afterwards
	AttemptDeclined   AttemptState = "DECLINED"    // the acquirer refused
	AttemptNotSent    AttemptState = "NOT_SENT"    // not a byte of the request left
	AttemptUnknown    AttemptState = "UNKNOWN"     // asked, no answer to rely on
	AttemptNotCharged AttemptState = "NOT_CHARGED" // inquiry: the acquirer never had it
	AttemptVoiding    AttemptState = "VOIDING"     // a cancel is under way
	AttemptVoided     AttemptState = "VOIDED"      // cancelled
	AttemptVoidFailed AttemptState = "VOID_FAILED" // the cancel did not succeed: a person decides
	AttemptManual     AttemptState = "MANUAL"      // inquiry did not settle it: a person decides
)

// Attempt is the journal's line about one authorization request. Its order is a
// snapshot: capture, cancel and inquiry take their amounts from here. It holds no
// digit of a card but Last4.
type Attempt struct {
	ID       AttemptID
	Call     CallID
	Operator UserKey
	Order    order.Order
	Number   int    // within the call, from 1
	Capture  bool   // authorize and capture at once
	Brand    string // spelled as card.Brand
	Last4    string
	Acquirer string // its name

	State       AttemptState
	Cause       string // why it is in State, for the log and the supervisor
	Class       string // payment.Class of the answer
	ResultCode  string // as the acquirer gave it, 16 characters
	Message     string // the acquirer's words for it
	AuthCode    string // the issuer's approval code
	GatewayTxn  string // the acquirer's own name of the transaction
	MerchantTxn string
	Told        Outcome // what the customer was told, or was about to be

	CreatedAt  time.Time
	SendingAt  time.Time // written down; nothing leaves before
	WroteAt    time.Time // the first byte left, as far as the sender saw it; zero proves nothing
	DoneAt     time.Time // when it came into State
	Inquiries  int
	InquiredAt time.Time // last inquiry that was made
	NotFoundAt time.Time // first inquiry that was answered "not known here"
}

// ShortCode is the code as the operator reads it: the first of the four blocks.
func (a Attempt) ShortCode() string {
	if len(a.ResultCode) > 4 {
		return a.ResultCode[:4]
	}
	return a.ResultCode
}

// CausePaidBefore is the cause of an attempt that was declined because an earlier
// attempt of ours, until then unknown, had paid the order.
const CausePaidBefore = "paid_before"

// Outcome is what the attempt means for the payment of its order.
func (a Attempt) Outcome() Outcome {
	if a.State == AttemptDeclined && a.Cause == CausePaidBefore {
		return OutcomePaid
	}
	switch a.State {
	case AttemptApproved, AttemptCaptured:
		return OutcomePaid
	case AttemptSending, AttemptUnknown, AttemptVoiding, AttemptVoidFailed, AttemptManual:
		return OutcomeUnknown
	case AttemptDeclined, AttemptNotSent, AttemptNotCharged, AttemptVoided:
		return OutcomeNotPaid
	}
	return OutcomeNone
}

// Errors of a journal that refuses to write an attempt down or to change it.
var (
	ErrOrderPaid = errors.New("the order is paid")
	ErrOrderOpen = errors.New("the order has an attempt whose outcome is open")
	ErrMoved     = errors.New("the attempt is not in the state expected")
)

// Result is a payment that has come to its end, as the history of the day shows it.
type Result struct {
	Call     CallID
	Operator UserKey
	At       time.Time
	Order    order.Order
	Outcome  Outcome // as it stands now, also where it was settled after the call
	Code     string  // four characters
	Message  string
	Brand    string
	Last4    string
}
