package payment

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"tsunagi/server"
	"tsunagi/shared/order"
)

// inquirer settles one UNKNOWN attempt. It alone asks the acquirer about the order.
type inquirer struct {
	desk *Desk
	key  OrderKey
	ask  chan struct{} // a wish to ask now (照会); holds at most one
	done chan struct{} // closed when the inquirer has ended

	mu      sync.Mutex
	attempt ivr.Attempt   // as it is on disk
	waiting bool          // the customer is on hold for the result
	asked   chan struct{} // closed and replaced after each inquiry
}

// startInquirer starts the inquirer of an attempt that has become UNKNOWN, asks for
// the first time when first comes, and says whether a customer is on hold for it.
func (d *Desk) startInquirer(a ivr.Attempt, first time.Time, waiting bool) *inquirer {
	i := &inquirer{
		desk: d, key: OrderKey{a.Operator.Merchant, a.Order.TransactionID}, attempt: a, waiting: waiting,
		ask: make(chan struct{}, 1), done: make(chan struct{}), asked: make(chan struct{}),
	}
	d.mu.Lock()
	d.inquirers[i.key] = i
	d.mu.Unlock()
	d.others.Go(func() {
		defer close(i.done)
		defer i.forget()
		i.run(d.background, first)
	})
	return i
}

// forget makes room for the next inquirer of the order, if it is not there already.
func (i *inquirer) forget() {
	i.desk.mu.Lock()
	defer i.desk.mu.Unlock()
	if i.desk.inquirers[i.key] == i {
		delete(i.desk.inquirers, i.key)
	}
}

// progress is what one round of an inquirer came to.
type progress string

const (
	settled     progress = "settled"     // the attempt is no longer UNKNOWN
	stillOpen   progress = "still open"  // asked; no result yet
	unreachable progress = "unreachable" // the acquirer could not be asked
	unwritten   progress = "unwritten"   // a result, but the journal does not take it
)

// run asks again and again until the attempt is settled or ctx ends.
func (i *inquirer) run(ctx context.Context, next time.Time) {
	for i.sleep(ctx, next) {
		p := i.inquire(ctx)
		i.announce()
		if p == settled {
			return
		}
		var inTime bool
		next, inTime = nextInquiry(i.snapshot(), p != unreachable, time.Now())
		if !inTime {
			if p = i.settle(ctx, finding{event: GivenUp, cause: "no_answer"}); p == settled {
				return
			}
		}
		if soon := time.Now().Add(commitRetry); p == unwritten && (!inTime || next.After(soon)) {
			next = soon
		}
	}
}

// sleep waits for the time or the wish to ask and tells whether ctx lasted.
func (i *inquirer) sleep(ctx context.Context, until time.Time) bool {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-i.ask:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}

// inquire asks once and draws the conclusion.
func (i *inquirer) inquire(ctx context.Context) progress {
	books, err := i.desk.books(ctx, i.key)
	a, now := i.snapshot(), time.Now()
	if err != nil {
		i.desk.log.Warn("the acquirer could not be asked about an order", "attempt", a.ID, "error", err)
		i.note(ctx, now, a.NotFoundAt)
		return unreachable
	}
	others, err := i.others(ctx, a)
	if err != nil {
		i.desk.log.Error("the attempts of an order were not read", "attempt", a.ID, "error", err)
		return unwritten
	}
	f := judge(a, others, books)
	switch {
	case f.event == "":
		i.note(ctx, now, time.Time{})
		return stillOpen
	case f.event == FoundNothing && a.NotFoundAt.IsZero():
		i.note(ctx, now, now)
		return stillOpen
	case f.event == FoundNothing && now.Before(secondLook(a)):
		i.note(ctx, now, a.NotFoundAt)
		return stillOpen
	}
	if f.event == FoundBefore && !i.revive(ctx, others, f) {
		return unwritten
	}
	return i.settle(ctx, f)
}

// others are the order's attempts but a.
func (i *inquirer) others(ctx context.Context, a ivr.Attempt) ([]ivr.Attempt, error) {
	attempts, err := i.desk.journal.AttemptsOf(ctx, i.key.Merchant, i.key.TransactionID)
	var others []ivr.Attempt
	for _, other := range attempts {
		if other.ID != a.ID {
			others = append(others, other)
		}
	}
	return others, err
}

// revive makes the earlier attempt APPROVED that has turned out to have paid (NH18
// rule 2). It tells whether the journal says so now.
func (i *inquirer) revive(ctx context.Context, others []ivr.Attempt, f finding) bool {
	for _, other := range others {
		if other.ID != f.before {
			continue
		}
		if other.Outcome() == ivr.OutcomePaid {
			return true
		}
		moved, err := i.desk.move(ctx, booked(other, f.transaction), FoundPaid, causeInquiry)
		if err != nil {
			i.desk.log.Error("an attempt found paid was not written down", "attempt", other.ID, "error", err)
			return false
		}
		i.desk.settled(moved)
		i.desk.recheckLater(moved)
		return true
	}
	return false
}

// settle writes down what was found. Who was answered Unknown is told through the
// Desk's Settled, who still waits through wait.
func (i *inquirer) settle(ctx context.Context, f finding) progress {
	i.mu.Lock()
	a := booked(i.attempt, f.transaction)
	if i.waiting {
		a.Told = toldAfter(a, f.event, f.cause)
	}
	moved, err := i.desk.move(ctx, a, f.event, f.cause)
	if errors.Is(err, ivr.ErrOrderPaid) {
		// The books have a success for this attempt, our journal has one for another.
		i.desk.log.Error("an order seems to be paid twice: a person must look", "attempt", a.ID)
		moved, err = i.desk.move(ctx, a, GivenUp, "paid_twice")
	}
	if err == nil {
		i.attempt = moved
	}
	waiting := i.waiting
	i.mu.Unlock()

	if err != nil {
		i.desk.log.Error("a settled attempt was not written down", "attempt", a.ID, "error", err)
		return unwritten
	}
	i.desk.log.Info("attempt settled", "attempt", moved.ID, "state", moved.State, "cause", moved.Cause)
	if !waiting {
		i.desk.settled(moved)
	}
	if moved.State == ivr.AttemptApproved {
		i.desk.recheckLater(moved)
	}
	return settled
}

// booked is the attempt with what the acquirer's books tell of it.
func booked(a ivr.Attempt, t Transaction) ivr.Attempt {
	if t == (Transaction{}) {
		return a
	}
	a.Class, a.ResultCode, a.Message = string(t.Class), t.Code, t.Message
	a.AuthCode, a.GatewayTxn = t.AuthCode, t.ID
	return a
}

// note counts the inquiry in the journal and in what the inquirer knows. Where the
// journal fails nothing is lost but a count.
func (i *inquirer) note(ctx context.Context, at, notFoundAt time.Time) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.attempt.Inquiries++
	i.attempt.InquiredAt, i.attempt.NotFoundAt = at, notFoundAt
	if err := i.desk.journal.NoteInquiry(ctx, i.attempt.ID, at, notFoundAt); err != nil {
		i.desk.log.Warn("an inquiry was not written down", "attempt", i.attempt.ID, "error", err)
	}
}

func (i *inquirer) snapshot() ivr.Attempt {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.attempt
}

// announce wakes those who wait for an inquiry.
func (i *inquirer) announce() {
	i.mu.Lock()
	defer i.mu.Unlock()
	close(i.asked)
	i.asked = make(chan struct{})
}

// wait holds the customer until the attempt is settled, at most customerWaits, and
// returns it as it stands then. What is settled later goes to the Desk's Settled.
func (i *inquirer) wait(ctx context.Context, stopping <-chan struct{}) ivr.Attempt {
	hold := time.NewTimer(customerWaits)
	defer hold.Stop()
	select {
	case <-i.done:
	case <-hold.C:
	case <-ctx.Done():
	case <-stopping:
	}
	// A result that is just being written down is waited for: settle holds mu.
	i.mu.Lock()
	defer i.mu.Unlock()
	i.waiting = false
	return i.attempt
}

// Inquire asks the acquirer now about an order whose outcome is open (照会) and
// returns the order's last attempt as it stands afterwards. Where nothing is open
// it asks nobody. It is ivr.ErrNotFound where the order was never tried.
func (d *Desk) Inquire(ctx context.Context, merchant ivr.MerchantID, id order.TransactionID) (ivr.Attempt, error) {
	d.mu.Lock()
	i := d.inquirers[OrderKey{merchant, id}]
	d.mu.Unlock()
	if i != nil {
		i.askNow(ctx)
	}
	// Whoever has waited for the acquirer in vain learns what is known without it.
	reading, cancel := context.WithTimeout(context.WithoutCancel(ctx), journalPatience)
	defer cancel()
	attempts, err := d.journal.AttemptsOf(reading, merchant, id)
	if err != nil {
		return ivr.Attempt{}, err
	}
	if len(attempts) == 0 {
		return ivr.Attempt{}, fmt.Errorf("attempts of order %s: %w", id, ivr.ErrNotFound)
	}
	return attempts[len(attempts)-1], nil
}

// journalPatience bounds the look into the journal at the end of an Inquire.
const journalPatience = time.Second

// askNow wishes for an inquiry and waits until one has been made.
func (i *inquirer) askNow(ctx context.Context) {
	i.mu.Lock()
	asked := i.asked
	i.mu.Unlock()
	select {
	case i.ask <- struct{}{}:
	default: // someone else has the same wish
	}
	select {
	case <-asked:
	case <-i.done:
	case <-ctx.Done():
	}
}
