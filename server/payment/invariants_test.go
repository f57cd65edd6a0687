package payment_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tsunagi/server"
	"tsunagi/server/acquirer/sim"
	"tsunagi/server/payment"
	"tsunagi/shared/order"
)

// runs of TestInvariants; each is a shop's day of its own. 'make faults' plays 10,000.
var runs = flag.Uint64("runs", 2000, "days of TestInvariants")

// TestInvariants lets everything go wrong at random (the acquirer, the journal, the
// customer who hangs up, the process that dies) and compares what the acquirer has
// booked with what our journal says and what people were told (spec/payments.md, I1
// to I5). A failing run is replayed with -run 'TestInvariants/<seed>'.
func TestInvariants(t *testing.T) {
	for seed := range *runs {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { newDay(t, seed).play() })
		})
	}
}

// life stands between a desk and the world until the process dies: then nothing the
// desk still does has any effect.
type life struct {
	*memory
	*sim.Acquirer
	dead atomic.Bool
}

var errDead = errors.New("the process is dead")

func (l *life) BeginAttempt(ctx context.Context, a ivr.Attempt) error {
	if l.dead.Load() {
		return errDead
	}
	return l.memory.BeginAttempt(ctx, a)
}

func (l *life) MoveAttempt(ctx context.Context, a ivr.Attempt, from ivr.AttemptState) error {
	if l.dead.Load() {
		return errDead
	}
	return l.memory.MoveAttempt(ctx, a, from)
}

func (l *life) Authorize(ctx context.Context, a payment.Authorization, c payment.Card) payment.Answer {
	if l.dead.Load() {
		return payment.Answer{}
	}
	return l.Acquirer.Authorize(ctx, a, c)
}

func (l *life) Cancel(ctx context.Context, o payment.OrderKey, amount order.Yen) payment.Answer {
	if l.dead.Load() {
		return payment.Answer{}
	}
	return l.Acquirer.Cancel(ctx, o, amount)
}

func (l *life) Capture(ctx context.Context, o payment.OrderKey, amount order.Yen) payment.Answer {
	if l.dead.Load() {
		return payment.Answer{}
	}
	return l.Acquirer.Capture(ctx, o, amount)
}

// day is one run: a few orders, several calls, one journal, one acquirer.
type day struct {
	t       *testing.T
	seed    uint64
	journal *memory
	sim     *sim.Acquirer

	mu   sync.Mutex
	rand *rand.Rand
	life *life
	desk *payment.Desk
	told map[order.TransactionID][]payment.Outcome // what people heard
}

func newDay(t *testing.T, seed uint64) *day {
	d := &day{t: t, seed: seed, rand: rand.New(rand.NewPCG(seed, 0)), told: make(map[order.TransactionID][]payment.Outcome)}
	kinds := sim.FaultKinds()
	var faults []sim.Fault
	for range d.rand.IntN(8) {
		// A slow acquirer is slow within what its own clients wait for: 120 s, twice.
		faults = append(faults, sim.Fault{
			Kind: kinds[d.rand.IntN(len(kinds))], Transaction: fmt.Sprintf("order-%d", d.rand.IntN(3)),
			Times: 1 + d.rand.IntN(3), Delay: time.Duration(d.rand.IntN(240)) * time.Second,
		})
	}
	acquirer, err := sim.New(sim.Config{Delay: time.Duration(d.rand.IntN(2000)) * time.Millisecond, Faults: faults})
	if err != nil {
		t.Fatal(err)
	}
	d.sim, d.journal = acquirer, &memory{}
	if d.chance(40) {
		d.journal.fail = func(deed string) failure {
			switch {
			case deed == "list" || !d.chance(15):
				return works
			case d.chance(50):
				return nothing
			}
			return doneUnsaid
		}
	}
	d.start()
	return d
}

// chance is true so many times in a hundred.
func (d *day) chance(percent int) bool { return d.random(100) < percent }

func (d *day) random(n int) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.rand.IntN(n)
}

// start is the start of the server: it does not open before Recover has succeeded.
func (d *day) start() {
	l := &life{memory: d.journal, Acquirer: d.sim}
	for {
		desk := payment.New(payment.Options{Journal: l, Acquirer: l, Settled: func(a ivr.Attempt) { d.check(a.Order.TransactionID) }})
		if _, err := desk.Recover(context.Background()); err == nil {
			d.mu.Lock()
			d.life, d.desk = l, desk
			d.mu.Unlock()
			return
		}
		if err := desk.Stop(context.Background()); err != nil {
			d.t.Error(err)
		}
	}
}

// die ends the process and starts another one.
func (d *day) die() {
	d.mu.Lock()
	l, desk := d.life, d.desk
	l.dead.Store(true)
	d.mu.Unlock()
	go func() { _ = desk.Stop(context.Background()) }() // only so that its goroutines end
	d.start()
}

// play lets calls come at random, then waits until everything has been settled.
func (d *day) play() {
	var calls sync.WaitGroup
	for n := range 2 + d.random(5) {
		<-time.After(time.Duration(d.random(90)) * time.Second)
		calls.Go(func() { d.call(n) })
		if d.chance(15) {
			<-time.After(time.Duration(d.random(45_000)) * time.Millisecond)
			d.die()
		}
	}
	calls.Wait()
	<-time.After(72 * time.Hour)
	synctest.Wait()
	if err := d.desk.Stop(context.Background()); err != nil {
		d.t.Error(err)
	}
	for n := range 3 {
		d.checkEnd(order.TransactionID(fmt.Sprintf("order-%d", n)))
	}
}

// call is a customer with up to three cards.
func (d *day) call(n int) {
	id := order.TransactionID(fmt.Sprintf("order-%d", d.random(3)))
	ctx := d.t.Context()
	if d.chance(25) {
		var hangUp context.CancelFunc
		ctx, hangUp = context.WithTimeout(ctx, time.Duration(d.random(40_000))*time.Millisecond)
		defer hangUp()
	}
	for number := 1; number <= 3; number++ {
		d.mu.Lock()
		l, desk := d.life, d.desk
		d.mu.Unlock()
		card := good
		if d.chance(35) {
			card = bad
		}
		r := request(id)
		r.Call, r.Number = ivr.CallID(fmt.Sprint("call-", n)), number
		outcome := desk.Authorize(ctx, r, card)
		if l.dead.Load() {
			return // nobody has heard it
		}
		d.mu.Lock()
		d.told[id] = append(d.told[id], outcome)
		d.mu.Unlock()
		d.check(id)
		if outcome.State == payment.Paid {
			// I4, first half; and I3 for the customer.
			if got := d.sim.Successes(payment.OrderKey{Merchant: "shop", TransactionID: id}); got != 1 {
				d.t.Errorf("I4: told OK for %s, charged %d times", id, got)
			}
		}
		if !outcome.Mendable {
			d.afterwards(desk, id)
			return
		}
	}
}

// afterwards is what a shop may do with an order that was tried.
func (d *day) afterwards(desk *payment.Desk, id order.TransactionID) {
	o := payment.OrderKey{Merchant: "shop", TransactionID: id}
	if d.chance(15) {
		_, _ = desk.Capture(d.t.Context(), o) // what it comes to is for the books to say
		d.check(id)
	}
	if d.chance(20) {
		_, _ = desk.Cancel(d.t.Context(), o, "the customer wants it back")
		d.check(id)
	}
}

// check is what must hold of an order at every moment.
func (d *day) check(id order.TransactionID) {
	charged := d.sim.Successes(payment.OrderKey{Merchant: "shop", TransactionID: id})
	if charged > 1 {
		d.t.Errorf("I1: %s charged %d times", id, charged)
	}
	covered, approved := false, false
	for _, a := range d.attempts(id) {
		switch a.State {
		case ivr.AttemptApproved, ivr.AttemptCaptured:
			covered, approved = true, true
		case ivr.AttemptSending, ivr.AttemptUnknown, ivr.AttemptManual, ivr.AttemptVoiding, ivr.AttemptVoidFailed:
			covered = true
		}
	}
	if charged == 1 && !covered {
		d.t.Errorf("I2: %s is charged, the journal has %v", id, d.attempts(id))
	}
	if approved && charged == 0 {
		d.t.Errorf("I3: %s is not charged, the journal has %v", id, d.attempts(id))
	}
}

// checkEnd is what must hold when the acquirer has long been reachable again.
func (d *day) checkEnd(id order.TransactionID) {
	d.check(id)
	charged := d.sim.Successes(payment.OrderKey{Merchant: "shop", TransactionID: id})
	for _, a := range d.attempts(id) {
		switch a.State {
		case ivr.AttemptSending, ivr.AttemptUnknown, ivr.AttemptVoiding:
			d.t.Errorf("I5: %s is still %s", id, a.State)
		case ivr.AttemptManual:
			d.t.Errorf("I5: %s needs a person without a contradiction (%s)", id, a.Cause)
		}
	}
	for n, outcome := range d.told[id] {
		// Who was told NG is right unless the payment was made by this very attempt.
		if outcome.State != payment.NotPaid && outcome.State != payment.Unsent || outcome.Attempt == "" || charged == 0 {
			continue
		}
		for _, a := range d.attempts(id) {
			if a.ID == outcome.Attempt && a.Outcome() == ivr.OutcomePaid {
				d.t.Errorf("I4: %s, answer %d: told NG (%s), and paid", id, n+1, outcome.Code)
			}
		}
	}
}

func (d *day) attempts(id order.TransactionID) []ivr.Attempt {
	d.journal.mu.Lock()
	defer d.journal.mu.Unlock()
	var of []ivr.Attempt
	for _, a := range d.journal.attempts {
		if a.Order.TransactionID == id {
			of = append(of, a)
		}
	}
	return of
}
