package payment

import (
	"context"
	"errors"
	"time"

	"tsunagi/server"
)

// causeInquiry is the cause of an attempt whose state an inquiry has found.
const causeInquiry = "by_inquiry"

// recheckLater asks once more, at each of the times in rechecks, about an attempt
// that an inquiry has found paid, and makes it VOIDED where the acquirer has
// cancelled it meanwhile. It ends as soon as the attempt is no longer paid.
func (d *Desk) recheckLater(a ivr.Attempt) {
	d.others.Go(func() {
		for {
			at, ok := nextRecheck(a, time.Now())
			if !ok || !pause(d.background, time.Until(at)) {
				return
			}
			onDisk, ok := d.reread(d.background, a)
			if ok && !rechecked(onDisk) {
				return // cancelled by us
			}
			if ok {
				a = onDisk
			}
			if (!ok || !d.recheck(d.background, &a)) && !pause(d.background, unreachableRetry) {
				return
			}
			if !rechecked(a) {
				return
			}
		}
	})
}

// rechecked tells whether an attempt is one that is asked about once more.
func rechecked(a ivr.Attempt) bool { return a.Cause == causeInquiry && a.Outcome() == ivr.OutcomePaid }

// recheck asks once and tells whether that is done, for this time.
func (d *Desk) recheck(ctx context.Context, a *ivr.Attempt) (done bool) {
	books, err := d.books(ctx, OrderKey{a.Operator.Merchant, a.Order.TransactionID})
	if err != nil {
		d.log.Warn("the acquirer could not be asked about an order once more", "attempt", a.ID, "error", err)
		return false
	}
	success, had := anySuccess(books)
	switch {
	case !had:
		// Nothing follows from it by itself: reconciliation reports it to a person.
		d.log.Error("the acquirer no longer knows a payment", "attempt", a.ID)
	case success == (Transaction{}):
		moved, err := d.move(ctx, *a, FoundVoided, "by_gateway")
		if err != nil && !errors.Is(err, ivr.ErrMoved) {
			d.log.Error("a payment that the acquirer has cancelled was not written down", "attempt", a.ID, "error", err)
			return false
		}
		if err == nil {
			d.log.Warn("the acquirer has cancelled a payment of its own accord", "attempt", a.ID)
			d.settled(moved)
		}
		a.State = ivr.AttemptVoided
		return true
	}
	a.InquiredAt = time.Now()
	if err := d.journal.NoteInquiry(ctx, a.ID, a.InquiredAt, a.NotFoundAt); err != nil {
		d.log.Warn("an inquiry was not written down", "attempt", a.ID, "error", err)
	}
	return true
}
