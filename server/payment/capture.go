package payment

import (
	"context"
	"errors"
	"fmt"

	"tsunagi/server"
)

// Refusal is an acquirer's no to a capture.
type Refusal struct {
	Code    string // 16 characters
	Message string // the acquirer's words
}

// Error gives code and words.
func (r *Refusal) Error() string {
	return fmt.Sprintf("the acquirer refuses: %s %s", r.Code, r.Message)
}

// ErrUnclear says that a capture was asked for and nothing to rely on came back. It
// may be asked for again: the books are looked at first.
var ErrUnclear = errors.New("the acquirer gave no answer to rely on")

// Capture takes the amount that an order's attempt has authorized. Order and amount
// are the journal's. It asks only where the acquirer's books show the authorization
// and no capture of it, so that it may be repeated after any error. An order that is
// captured already is no error.
//
// It is ivr.ErrNotFound where the order was never tried, ErrNotPaid where no payment
// stands, ivr.ErrOrderOpen where an attempt or a cancel is open, a *Refusal where the
// acquirer says no, and ErrUnclear where nobody knows.
func (d *Desk) Capture(ctx context.Context, key OrderKey) (ivr.Attempt, error) {
	a, err := d.capture(ctx, key)
	if err != nil {
		return ivr.Attempt{}, fmt.Errorf("capture order %s: %w", key.TransactionID, err)
	}
	return a, nil
}

func (d *Desk) capture(ctx context.Context, key OrderKey) (ivr.Attempt, error) {
	if d.settler == nil {
		return ivr.Attempt{}, ErrUnsupported
	}
	if !d.enter() {
		return ivr.Attempt{}, ErrStopping
	}
	defer d.sending.Done()
	if !d.hold(key) {
		return ivr.Attempt{}, ErrBusy
	}
	defer d.release(key)
	a, err := d.standing(ctx, key)
	switch {
	case err != nil:
		return ivr.Attempt{}, err
	case a.State == ivr.AttemptVoidFailed:
		return ivr.Attempt{}, ivr.ErrOrderOpen // a person is deciding about it
	case a.State == ivr.AttemptCaptured || a.Capture:
		return a, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.deadline+2*inquiryDeadline)
	defer cancel()
	return d.takeAmount(ctx, key, a)
}

// takeAmount looks, asks and, where the answer leaves a doubt, looks again.
func (d *Desk) takeAmount(ctx context.Context, key OrderKey, a ivr.Attempt) (ivr.Attempt, error) {
	captured, err := d.captured(ctx, key, a)
	switch {
	case err != nil:
		return a, err
	case captured:
		return d.move(ctx, a, CaptureDone, causeInquiry)
	}
	asking, cancel := context.WithTimeout(ctx, d.deadline)
	answer := d.settler.Capture(asking, key, a.Order.Amount)
	cancel()
	e, cause := d.read(a, answer)
	if e == Approved {
		if a.Cause == causeInquiry {
			cause = causeInquiry // it is still asked about once more
		}
		return d.move(ctx, a, CaptureDone, cause)
	}
	if captured, err = d.captured(ctx, key, a); err == nil && captured {
		return d.move(ctx, a, CaptureDone, causeInquiry)
	}
	if e == Declined {
		return a, &Refusal{Code: answer.Code, Message: answer.Message}
	}
	return a, fmt.Errorf("%w (%s)", ErrUnclear, answer.Cause)
}

// captured tells whether the books have a capture of the payment that stands. A
// payment that does not stand there as the journal has it is ErrNotPaid.
func (d *Desk) captured(ctx context.Context, key OrderKey, a ivr.Attempt) (bool, error) {
	books, err := d.books(ctx, key)
	if err != nil {
		return false, err
	}
	success, stands := lastSuccess(books)
	if !stands || success.Amount != a.Order.Amount {
		d.log.Error("the acquirer's books do not have the payment that is to be captured", "attempt", a.ID)
		return false, ErrNotPaid
	}
	return capturedIn(books), nil
}

// capturedIn tells whether a capture stands in the books.
func capturedIn(books Inquiry) (captured bool) {
	for _, t := range books.Transactions {
		switch {
		case t.Reply != ReplyApproved:
		case t.Kind == KindCapture:
			captured = true
		case t.Kind == KindCancel:
			captured = false
		}
	}
	return captured
}

// books asks the acquirer about an order, in turn with the others who ask.
func (d *Desk) books(ctx context.Context, key OrderKey) (Inquiry, error) {
	select {
	case d.asking <- struct{}{}:
		defer func() { <-d.asking }()
	case <-ctx.Done():
		return Inquiry{}, ctx.Err()
	}
	ctx, cancel := context.WithTimeout(ctx, inquiryDeadline)
	defer cancel()
	return d.acquirer.Inquire(ctx, key)
}
