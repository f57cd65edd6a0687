package payment

import (
	"errors"

	"tsunagi/server"
	"tsunagi/shared/message"
	"tsunagi/shared/order"
)

// State is what is known of a payment when Authorize returns.
type State string

// The states of an outcome.
const (
	Paid    State = "paid"     // confirmed by the acquirer and on disk
	NotPaid State = "not_paid" // refused by the acquirer
	Unknown State = "unknown"  // being settled, this attempt or an earlier one: neither OK nor NG may be said
	Unsent  State = "not_sent" // nothing was asked of the acquirer
)

// Outcome is what Authorize has to say: no digit, and only what may be shown.
type Outcome struct {
	State    State
	Attempt  ivr.AttemptID // empty where nothing was written down
	Code     string        // the acquirer's code as operators read it, 4 characters
	Message  string        // words for the operator
	Class    Class
	Mendable bool // the customer may try another card under the same transaction ID
}

// Payment is the outcome in the words of the domain.
func (o Outcome) Payment() ivr.Outcome {
	switch o.State {
	case Paid:
		return ivr.OutcomePaid
	case NotPaid, Unsent:
		return ivr.OutcomeNotPaid
	}
	return ivr.OutcomeUnknown
}

// What operators read where the acquirer has not said anything.
const (
	journalFailed  = "決済を記録できないため、決済を行いませんでした。管理者にお問合せください。"
	serverStopping = "サーバを停止しているため、決済を行いませんでした。"
	requestUnsent  = "決済サーバに接続できないため、決済を行いませんでした。"
)

// outcomeOf is what an attempt means for the one who asked.
func outcomeOf(a ivr.Attempt) Outcome {
	class := Class(a.Class)
	o := Outcome{Attempt: a.ID, Code: a.ShortCode(), Message: a.Message, Class: class}
	switch a.Outcome() {
	case ivr.OutcomePaid:
		o.State, o.Class = Paid, ClassNone
	case ivr.OutcomeNotPaid:
		o.State, o.Mendable = NotPaid, class.Mendable()
		if a.State == ivr.AttemptNotSent {
			o.State, o.Message = Unsent, requestUnsent
		}
	default:
		o.State, o.Message = Unknown, message.W406.Text()
		if a.Cause != causePending {
			o.Code = "" // an answer that is not relied on, or not on disk: its A001 must not be read as OK
		}
	}
	return o
}

// refused is the outcome where the journal has not taken the attempt. An order that
// another attempt has open may turn out paid, so that nobody may be told NG.
func refused(err error) Outcome {
	switch {
	case errors.Is(err, ivr.ErrOrderPaid):
		return Outcome{State: Unsent, Class: ClassDuplicate, Message: order.AlreadyPaid}
	case errors.Is(err, ivr.ErrOrderOpen):
		return Outcome{State: Unknown, Class: ClassState, Message: message.W406.Text()}
	}
	return Outcome{State: Unsent, Class: ClassLocal, Message: journalFailed}
}
