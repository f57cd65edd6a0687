package payment

import (
	"context"
	"time"

	"tsunagi/server"
	"tsunagi/shared/order"
)

// Journal is where attempts are written down. A method that returns nil has its
// change on disk; one that returns an error may have made it or not.
type Journal interface {
	// BeginAttempt writes a new attempt down. It is ivr.ErrOrderPaid or
	// ivr.ErrOrderOpen, and certain that nothing was written, where the order has a
	// paid attempt or one whose outcome is open or waits for a person.
	BeginAttempt(ctx context.Context, a ivr.Attempt) error

	// MoveAttempt brings an attempt from one state to a.State. It is ivr.ErrMoved
	// where the attempt is not in that state, and ivr.ErrOrderPaid where another
	// attempt has paid the order.
	MoveAttempt(ctx context.Context, a ivr.Attempt, from ivr.AttemptState) error

	// NoteInquiry counts an inquiry about an attempt that is UNKNOWN, or paid and
	// asked about once more.
	NoteInquiry(ctx context.Context, id ivr.AttemptID, at, notFoundAt time.Time) error

	// AttemptsOf lists the attempts of an order, oldest first.
	AttemptsOf(ctx context.Context, merchant ivr.MerchantID, id order.TransactionID) ([]ivr.Attempt, error)

	// AttemptsBetween lists all attempts written down between two moments, both
	// included, oldest first.
	AttemptsBetween(ctx context.Context, from, to time.Time) ([]ivr.Attempt, error)

	// AttemptsIn lists all attempts in a state, oldest first.
	AttemptsIn(ctx context.Context, state ivr.AttemptState) ([]ivr.Attempt, error)
}
