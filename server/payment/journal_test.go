package payment_test

import (
	"testing"
	"testing/synctest"
	"time"

	"tsunagi/server"
	"tsunagi/server/acquirer/sim"
	"tsunagi/server/payment"
)

// failOnce makes the first call of a kind fail in a way.
func failOnce(deed string, how failure) func(string) failure {
	failed := false
	return func(d string) failure {
		if failed || d != deed {
			return works
		}
		failed = true
		return how
	}
}

// What cannot be written down is not sent.
func TestJournalThatTakesNothing(t *testing.T) {
	for _, how := range []failure{nothing, doneUnsaid} {
		t.Run(string(how), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := openCounter(t)
				defer c.stop()
				c.journal.fail = failOnce("begin", how)
				got := c.pay("order-1", good)
				if got.State != payment.Unsent || got.Class != payment.ClassLocal || c.charged("order-1") != 0 {
					t.Errorf("got %+v, charged %d times; want nothing sent", got, c.charged("order-1"))
				}
				// Where the line is on disk all the same, it is made NOT_SENT, so that the
				// order can be paid after all.
				c.pass(10 * time.Second)
				if got := c.pay("order-1", good); got.State != payment.Paid {
					t.Errorf("again: got %+v, want paid", got)
				}
			})
		})
	}
}

// An answer that cannot be written down is told to nobody: the customer hears that
// it is being looked into, and the order stays locked until the journal has it.
func TestJournalThatTakesNoAnswer(t *testing.T) {
	for _, how := range []failure{nothing, doneUnsaid} {
		t.Run(string(how), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := openCounter(t)
				defer c.stop()
				c.journal.fail = failOnce("move", how)
				if got := c.pay("order-1", good); got.State != payment.Unknown || got.Code != "" {
					t.Fatalf("got %+v, want unknown, and no code that says OK", got)
				}
				c.pass(10 * time.Second)
				if a := c.last("order-1"); a.State != ivr.AttemptApproved || a.GatewayTxn == "" {
					t.Errorf("journal: got %+v, want APPROVED with the acquirer's answer", a)
				}
				if how == nothing && (len(c.settled) != 1 || c.settled[0].State != ivr.AttemptApproved) {
					t.Errorf("told of %+v, want one APPROVED", c.settled)
				}
			})
		})
	}
}

// The result of an inquiry, too, counts when it is on disk.
func TestJournalThatTakesNoFinding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := openCounter(t, sim.Fault{Kind: sim.ResetAfter})
		defer c.stop()
		moves := 0
		c.journal.fail = func(deed string) failure {
			if deed == "move" {
				moves++
			}
			if deed == "move" && moves == 2 { // the first makes it UNKNOWN
				return nothing
			}
			return works
		}
		start := time.Now()
		got := c.pay("order-1", good)
		if took := time.Since(start); got.State != payment.Paid || took != 800*time.Millisecond+6*time.Second+800*time.Millisecond {
			t.Errorf("got %+v after %v, want paid at the second inquiry", got, took)
		}
	})
}
