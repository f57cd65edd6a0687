package payment

import (
	"context"
	"sync"
	"time"

	"tsunagi/server"
)

// refusalsTaken is how often a cancel is asked for that the acquirer refuses while
// its books say that the payment stands.
const refusalsTaken = 3

// voider brings one VOIDING attempt to its end. It alone asks for the cancel, and
// after the first time only when the books say that the payment still stands.
type voider struct {
	desk *Desk
	key  OrderKey
	done chan struct{} // closed when the voider has ended

	refused int // so many times; of run alone

	mu      sync.Mutex
	attempt ivr.Attempt // as it is on disk
	waiting bool        // somebody waits for the result
}

// startVoider starts the voider of an attempt that is VOIDING on disk. look says
// that the payment may have been cancelled before, waiting that somebody waits for
// the result.
func (d *Desk) startVoider(a ivr.Attempt, look, waiting bool) *voider {
	v := &voider{
		desk: d, key: OrderKey{a.Operator.Merchant, a.Order.TransactionID}, done: make(chan struct{}),
		attempt: a, waiting: waiting,
	}
	d.others.Go(func() {
		defer close(v.done)
		v.run(d.background, look)
	})
	return v
}

// run asks and looks until the attempt is settled or ctx ends.
func (v *voider) run(ctx context.Context, look bool) {
	for {
		e, cause := v.round(ctx, look)
		if e != "" && v.settle(ctx, e, cause) == settled {
			return
		}
		look = true
		now := time.Now()
		next, inTime := nextVoid(v.snapshot(), now)
		if !inTime && v.settle(ctx, VoidRefused, "no_answer") == settled {
			return
		}
		if soon := now.Add(commitRetry); e != "" || !inTime {
			next = soon // known, but not on disk
		}
		if !pause(ctx, time.Until(next)) {
			return // the next start goes on
		}
	}
}

// round looks and asks once. The event is empty while the cancel is open.
func (v *voider) round(ctx context.Context, look bool) (e Event, cause string) {
	if look {
		if e, cause, stands := v.look(ctx); !stands {
			return e, cause
		}
		if v.refused >= refusalsTaken {
			return VoidRefused, "refused"
		}
	}
	a := v.snapshot()
	asking, cancel := context.WithTimeout(ctx, v.desk.deadline)
	defer cancel()
	answer := v.desk.settler.Cancel(asking, v.key, a.Order.Amount)
	switch e, _ := v.desk.read(a, answer); e {
	case Approved:
		return VoidDone, "answered"
	case Declined:
		v.refused++
		v.mu.Lock()
		v.attempt.Class, v.attempt.ResultCode, v.attempt.Message = string(answer.Class), answer.Code, answer.Message
		v.mu.Unlock()
		// It may say no because it has been cancelled already.
		e, cause, _ := v.look(ctx)
		return e, cause
	}
	v.desk.log.Warn("a cancel has no answer to rely on", "attempt", a.ID, "cause", answer.Cause)
	return "", ""
}

// look reads the books: does the payment stand, and if not, what does that make of
// the cancel? The event is empty where the acquirer could not be asked.
func (v *voider) look(ctx context.Context) (e Event, cause string, stands bool) {
	books, err := v.desk.books(ctx, v.key)
	if err != nil {
		v.desk.log.Warn("the acquirer could not be asked about a cancel", "attempt", v.snapshot().ID, "error", err)
		return "", "", false
	}
	success, had := anySuccess(books)
	switch {
	case !had:
		v.desk.log.Error("the acquirer does not know the payment that is to be cancelled", "attempt", v.snapshot().ID)
		return VoidRefused, "not_in_books", false
	case success == (Transaction{}):
		return VoidDone, causeInquiry, false
	}
	return "", "", true
}

// anySuccess is the success that stands in the books, empty where a cancel has
// undone it; had tells whether there ever was one.
func anySuccess(books Inquiry) (success Transaction, had bool) {
	for _, t := range books.Transactions {
		had = had || t.Kind == KindAuthorize && t.Reply == ReplyApproved
	}
	success, stands := lastSuccess(books)
	if !stands {
		return Transaction{}, had
	}
	return success, had
}

// settle writes the end down and tells of it whoever does not wait.
func (v *voider) settle(ctx context.Context, e Event, cause string) progress {
	v.mu.Lock()
	moved, err := v.desk.move(ctx, v.attempt, e, cause)
	if err == nil {
		v.attempt = moved
	}
	waiting := v.waiting
	v.mu.Unlock()
	if err != nil {
		v.desk.log.Error("the end of a cancel was not written down", "attempt", moved.ID, "error", err)
		return unwritten
	}
	v.desk.log.Info("cancel settled", "attempt", moved.ID, "state", moved.State, "cause", moved.Cause)
	if !waiting {
		v.desk.settled(moved)
	}
	return settled
}

func (v *voider) snapshot() ivr.Attempt {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.attempt
}

// wait waits for the end, at most cancelWaits, and returns the attempt as it stands
// then. An end that comes later goes to the Desk's Settled.
func (v *voider) wait(ctx context.Context, stopping <-chan struct{}) ivr.Attempt {
	limit := time.NewTimer(cancelWaits)
	defer limit.Stop()
	select {
	case <-v.done:
	case <-limit.C:
	case <-ctx.Done():
	case <-stopping:
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.waiting = false
	return v.attempt
}
