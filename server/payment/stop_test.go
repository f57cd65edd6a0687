package payment_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"tsunagi/server"
	"tsunagi/server/acquirer/sim"
	"tsunagi/server/payment"
)

func TestStopAnswersAndRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := openCounter(t, sim.Fault{Kind: sim.ResetAfter})
		outcomes := make(chan payment.Outcome)
		go func() { outcomes <- c.pay("order-1", good) }()
		c.pass(2 * time.Second) // the customer is on hold
		go c.stop()
		if got := <-outcomes; got.State != payment.Unknown {
			t.Errorf("on hold: got %+v, want unknown", got)
		}
		synctest.Wait()
		if got := c.pay("order-2", good); got.State != payment.Unsent || len(c.journal.attempts) != 1 {
			t.Errorf("after Stop: got %+v and %d attempts", got, len(c.journal.attempts))
		}
	})
}

func TestStopWaitsForWhatIsBeingSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := openCounter(t, sim.Fault{Kind: sim.Silence})
		go c.pay("order-1", good)
		c.pass(time.Second)
		short, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if err := c.desk.Stop(short); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("5 s for an authorization that takes 30: got %v", err)
		}
		start := time.Now()
		c.stop()
		if took := time.Since(start); took != 24*time.Second {
			t.Errorf("then: took %v, want 24 s", took)
		}
		if a := c.last("order-1"); a.State != ivr.AttemptUnknown {
			t.Errorf("journal: got %s, want UNKNOWN", a.State)
		}
	})
}

func TestNothingIsTakenBeforeRecover(t *testing.T) {
	c := &counter{t: t, journal: &memory{}}
	c.desk = payment.New(payment.Options{Journal: c.journal, Acquirer: c.sim})
	if got := c.pay("order-1", good); got.State != payment.Unsent || len(c.journal.attempts) > 0 {
		t.Errorf("got %+v", got)
	}
}
