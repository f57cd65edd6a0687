package payment

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"tsunagi/server"
	"tsunagi/shared/order"
)

// Request is a call's wish to authorize its order with the card its customer keyed.
type Request struct {
	Call     ivr.CallID
	Operator ivr.UserKey
	Order    order.Order
	Number   int // of the attempt within the call, from 1
	Capture  bool
	Brand    string
	Last4    string
}

// Authorize writes the attempt down, asks the acquirer and writes the answer down,
// in this order, and returns what may be told. It returns exactly once and within
// the deadline plus 30 s, whatever the acquirer does. When ctx ends (the customer
// has hung up) the authorization goes on and is recorded; only the wait for an
// inquiry is cut short. The card is used before the deadline or not at all; it may
// be wiped once Authorize has returned.
func (d *Desk) Authorize(ctx context.Context, r Request, c Card) Outcome {
	if !d.enter() {
		return Outcome{State: Unsent, Class: ClassLocal, Message: serverStopping}
	}
	if !d.relied() {
		d.sending.Done()
		return refused(ErrReconciling)
	}
	a, i, err := d.attempt(ctx, r, c)
	d.sending.Done()
	if err != nil {
		return refused(err)
	}
	if i == nil {
		return outcomeOf(a)
	}
	return outcomeOf(i.wait(ctx, d.stopping))
}

// attempt makes one attempt, and where it is certain that not a byte of it left, a
// second one, within the same deadline.
func (d *Desk) attempt(ctx context.Context, r Request, c Card) (ivr.Attempt, *inquirer, error) {
	for left, again := d.deadline, true; ; again = false {
		a, err := d.begin(ctx, r)
		if err != nil {
			return a, nil, err
		}
		started := time.Now()
		answer := d.ask(ctx, a, c, left)
		left -= time.Since(started) + resendPause
		again = again && answer.Reply == ReplyNotSent && left >= d.deadline/2
		a, i := d.take(a, answer, again)
		if !again || a.State != ivr.AttemptNotSent || !pause(d.background, resendPause) {
			return a, i, nil
		}
		d.log.Warn("an attempt was not sent and is made once more", "attempt", a.ID, "cause", a.Cause)
	}
}

// enter counts an authorization in, if the Desk is open.
func (d *Desk) enter() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open {
		d.sending.Add(1)
	}
	return d.open
}

// begin writes the attempt down as SENDING. Nothing may leave where it fails.
func (d *Desk) begin(ctx context.Context, r Request) (ivr.Attempt, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return ivr.Attempt{}, err
	}
	state, _ := Next("", Written)
	now := time.Now()
	a := ivr.Attempt{
		ID: ivr.AttemptID(id.String()), Call: r.Call, Operator: r.Operator, Order: r.Order, Number: r.Number,
		Capture: r.Capture, Brand: r.Brand, Last4: r.Last4, Acquirer: d.acquirer.Name(),
		State: state, Cause: "written", CreatedAt: now, SendingAt: now,
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitDeadline)
	defer cancel()
	if err = d.journal.BeginAttempt(ctx, a); err == nil {
		d.log.Info("attempt written down", "attempt", a.ID, "call", a.Call, "transaction", a.Order.TransactionID)
		return a, nil
	}
	if !errors.Is(err, ivr.ErrOrderPaid) && !errors.Is(err, ivr.ErrOrderOpen) {
		d.log.Error("an attempt was not written down: nothing is sent", "call", r.Call, "error", err)
		// It may be on disk all the same, and would lock its order. That nothing
		// was sent is certain, so it can be said later.
		a.Told = ivr.OutcomeNotPaid
		d.insist(a, NotSent, "journal_failed")
	}
	return a, err
}

// ask asks the acquirer under a deadline of its own. An answer that comes after it
// is not relied on: by then the attempt is UNKNOWN and its inquirer alone decides.
func (d *Desk) ask(ctx context.Context, a ivr.Attempt, c Card, deadline time.Duration) Answer {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), deadline)
	answers := make(chan Answer, 1)
	d.others.Go(func() {
		defer cancel()
		answers <- d.acquirer.Authorize(ctx, Authorization{
			Attempt: a.ID, Merchant: a.Operator.Merchant, Order: a.Order, Capture: a.Capture,
		}, c)
	})
	// An acquirer that keeps its promise answers when ctx ends; one that does not
	// is left behind a moment later.
	late := time.NewTimer(deadline + time.Second)
	defer late.Stop()
	select {
	case answer := <-answers:
		return answer
	case <-late.C:
		d.log.Warn("the acquirer did not answer in time", "attempt", a.ID)
		return Answer{Reply: ReplyLost, Cause: "deadline"}
	}
}

// take writes down what the answer makes of the attempt. Where that leaves it open,
// it returns the inquirer that settles it. again says that nobody is told of it where
// it was not sent, because it is made once more.
func (d *Desk) take(a ivr.Attempt, answer Answer, again bool) (ivr.Attempt, *inquirer) {
	e, cause := d.read(a, answer)
	a = answered(a, answer)
	duplicate := answer.Class == ClassDuplicate && e == Declined && d.doubtful(a)
	if duplicate {
		e, cause = Lost, "duplicate" // NH18 rule 2: inquiry tells which attempt it was
	}
	if a.Told = toldAfter(a, e, cause); again {
		a.Told = ivr.OutcomeNone
	}
	moved, err := d.move(context.Background(), a, e, cause)
	switch {
	case err != nil:
		// Not on disk, so not certain: whatever the acquirer said, the customer hears
		// that it is being looked into, and the order stays locked.
		d.log.Error("an answer was not written down", "attempt", a.ID, "error", err)
		a.Told = ivr.OutcomeUnknown
		d.insist(a, e, cause)
		a.State = ivr.AttemptUnknown
		return a, nil
	case moved.State == ivr.AttemptUnknown:
		first := moved.DoneAt
		if !duplicate {
			first, _ = nextInquiry(moved, true, moved.DoneAt)
		}
		return moved, d.startInquirer(moved, first, true)
	}
	return moved, nil
}

// read turns an answer into an event. It believes an approval only for the order
// that was asked about, and a refusal only if it is not plainly for another one.
func (d *Desk) read(a ivr.Attempt, answer Answer) (e Event, cause string) {
	sameOrder := answer.TransactionID == a.Order.TransactionID
	switch answer.Reply {
	case ReplyApproved:
		if !sameOrder || answer.Amount != a.Order.Amount {
			d.log.Error("the acquirer approved another order or amount", "attempt", a.ID, "transaction", a.Order.TransactionID)
			return Lost, "wrong_echo"
		}
		return Approved, "answered"
	case ReplyDeclined:
		if answer.TransactionID != "" && !sameOrder {
			d.log.Error("the acquirer refused another order", "attempt", a.ID, "transaction", a.Order.TransactionID)
			return Lost, "wrong_echo"
		}
		return Declined, "answered"
	case ReplyNotSent:
		return NotSent, answer.Cause
	case ReplyPending:
		return Lost, causePending
	}
	return Lost, answer.Cause
}

// answered is the attempt with what the answer tells.
func answered(a ivr.Attempt, answer Answer) ivr.Attempt {
	a.Class, a.ResultCode, a.Message = string(answer.Class), answer.Code, answer.Message
	a.AuthCode, a.GatewayTxn, a.MerchantTxn = answer.AuthCode, answer.GatewayTxn, answer.MerchantTxn
	a.WroteAt = answer.WroteAt
	return a
}

// doubtful tells whether the order has an earlier attempt of ours of which the
// acquirer may have taken the money after all. Where it cannot be told, it may.
func (d *Desk) doubtful(a ivr.Attempt) bool {
	ctx, cancel := context.WithTimeout(context.Background(), commitDeadline)
	defer cancel()
	attempts, err := d.journal.AttemptsOf(ctx, a.Operator.Merchant, a.Order.TransactionID)
	if err != nil {
		d.log.Error("the attempts of an order were not read", "attempt", a.ID, "error", err)
		return true
	}
	for _, other := range attempts {
		if _, reviving := Next(other.State, FoundPaid); reviving && other.ID != a.ID {
			return true
		}
	}
	return false
}

// insist goes on writing a transition down until it is on disk, turns out to be
// overtaken, or the Desk stops. It is not waited for.
func (d *Desk) insist(a ivr.Attempt, e Event, cause string) {
	d.owed.Add(1)
	d.others.Go(func() {
		defer d.owed.Add(-1)
		for {
			if !pause(d.background, commitRetry) {
				return // the next start makes it UNKNOWN
			}
			moved, err := d.move(d.background, a, e, cause)
			switch {
			case err == nil && moved.State == ivr.AttemptUnknown:
				d.startInquirer(moved, time.Now(), false)
				return
			case err == nil:
				d.log.Warn("an answer is written down late", "attempt", a.ID, "state", moved.State)
				d.settled(moved)
				return
			case errors.Is(err, ivr.ErrMoved), errors.Is(err, ivr.ErrNotFound):
				return
			}
		}
	})
}

// pause waits and tells whether ctx lasted.
func pause(ctx context.Context, span time.Duration) bool {
	timer := time.NewTimer(span)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// toldAfter is what a customer hears of an attempt once the event has happened.
func toldAfter(a ivr.Attempt, e Event, cause string) ivr.Outcome {
	a.State, _ = Next(a.State, e)
	a.Cause = cause
	return a.Outcome()
}
