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

// Whoever was told that the outcome is unknown learns of it, once.
func TestSettledLater(t *testing.T) {
	tests := []struct {
		name  string
		fault sim.Fault
		after time.Duration // since the request
		state ivr.AttemptState
		cause string
	}{
		{"found paid", sim.Fault{Kind: sim.PendingPaid, Delay: 90 * time.Second}, 2*time.Minute + 10*time.Second, ivr.AttemptApproved, "by_inquiry"},
		{"found refused", sim.Fault{Kind: sim.PendingFailed, Delay: 20 * time.Minute}, 31 * time.Minute, ivr.AttemptDeclined, "by_inquiry"},
		{"not found twice", sim.Fault{Kind: sim.Hang}, 11 * time.Minute, ivr.AttemptNotCharged, "not_found"},
		{"booked two minutes late", sim.Fault{Kind: sim.Slow, Delay: 2 * time.Minute}, 6 * time.Minute, ivr.AttemptApproved, "by_inquiry"},
		{"pending for ever", sim.Fault{Kind: sim.PendingPaid, Delay: 1000 * time.Hour}, 49 * time.Hour, ivr.AttemptManual, "no_answer"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := openCounter(t, tt.fault)
				defer c.stop()
				start := time.Now()
				if got := c.pay("order-1", good); got.State != payment.Unknown {
					t.Fatalf("at first: got %+v, want Unknown", got)
				}
				if open, err := c.desk.Open(t.Context(), "shop", "order-1"); err != nil || !open {
					t.Errorf("open: got %t, %v; want true", open, err)
				}
				c.pass(time.Until(start.Add(tt.after)))
				if len(c.settled) != 1 || c.settled[0].State != tt.state || c.settled[0].Cause != tt.cause {
					t.Fatalf("told of %+v; want one in %s (%s)", c.settled, tt.state, tt.cause)
				}
				if a := c.last("order-1"); a.State != tt.state || a.Told != ivr.OutcomeUnknown {
					t.Errorf("journal: got %s, told %q", a.State, a.Told)
				}
			})
		})
	}
}

// Hanging up does not cancel an authorization, and its result is recorded.
func TestHangUpWhileBeingSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := openCounter(t)
		defer c.stop()
		ctx, hangUp := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, hangUp)
		if got := c.desk.Authorize(ctx, request("order-1"), good); got.State != payment.Paid {
			t.Errorf("got %+v, want paid", got)
		}
		if a := c.last("order-1"); a.State != ivr.AttemptApproved {
			t.Errorf("journal: got %s", a.State)
		}
	})
}

// Who has hung up is not kept on hold; the result comes later.
func TestHangUpWhileOnHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := openCounter(t, sim.Fault{Kind: sim.PendingPaid, Delay: 5 * time.Second})
		defer c.stop()
		ctx, hangUp := context.WithCancel(t.Context())
		time.AfterFunc(2*time.Second, hangUp)
		start := time.Now()
		if got := c.desk.Authorize(ctx, request("order-1"), good); got.State != payment.Unknown || time.Since(start) != 2*time.Second {
			t.Errorf("got %+v after %v, want unknown after 2 s", got, time.Since(start))
		}
		c.pass(10 * time.Second)
		if len(c.settled) != 1 || c.settled[0].State != ivr.AttemptApproved {
			t.Errorf("told of %+v, want APPROVED", c.settled)
		}
	})
}

// stubborn is an acquirer that answers with success when it likes, deadline or not.
type stubborn struct {
	*sim.Acquirer
	after time.Duration
}

func (s stubborn) Authorize(ctx context.Context, a payment.Authorization, c payment.Card) payment.Answer {
	answer := s.Acquirer.Authorize(ctx, a, c)
	<-time.After(s.after)
	return answer
}

// An answer after the deadline does not count: by then the order is being inquired
// about, and it is the inquiry that says OK.
func TestLateAnswerDoesNotCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := openCounter(t)
		c.stop()
		c.desk = payment.New(payment.Options{
			Journal: c.journal, Acquirer: stubborn{c.sim, 40 * time.Second},
			Settled: func(a ivr.Attempt) { c.settled = append(c.settled, a) },
		})
		if _, err := c.desk.Recover(t.Context()); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		got := c.pay("order-1", good)
		if took := time.Since(start); got.State != payment.Paid || took != 31*time.Second+3800*time.Millisecond {
			t.Errorf("got %+v after %v", got, took)
		}
		if a := c.last("order-1"); a.Cause != "by_inquiry" {
			t.Errorf("cause: got %s, want by_inquiry", a.Cause)
		}
		c.pass(time.Minute) // the late answer arrives
		if attempts, _ := c.journal.AttemptsOf(t.Context(), "shop", "order-1"); len(attempts) != 1 || !paid(attempts[0]) {
			t.Errorf("after the late answer: got %+v", attempts)
		}
		c.stop()
	})
}

// 照会 asks at once, and not twice at the same time.
func TestInquireOnDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := openCounter(t, sim.Fault{Kind: sim.PendingPaid, Delay: 35 * time.Second})
		defer c.stop()
		if _, err := c.desk.Inquire(t.Context(), "shop", "order-1"); !errors.Is(err, ivr.ErrNotFound) {
			t.Errorf("an order never tried: got %v, want ivr.ErrNotFound", err)
		}
		c.pay("order-1", good) // unknown after 30.8 s
		if a, err := c.desk.Inquire(t.Context(), "shop", "order-1"); err != nil || a.State != ivr.AttemptUnknown || a.Inquiries != 5 {
			t.Errorf("still pending: got %s after %d inquiries, %v", a.State, a.Inquiries, err)
		}
		c.pass(5 * time.Second)
		for range 2 {
			if a, err := c.desk.Inquire(t.Context(), "shop", "order-1"); err != nil || a.State != ivr.AttemptApproved {
				t.Errorf("settled: got %s, %v", a.State, err)
			}
		}
	})
}

// mute is an acquirer whose inquiries take longer than anybody waits.
type mute struct{ *sim.Acquirer }

func (mute) Inquire(ctx context.Context, _ payment.OrderKey) (payment.Inquiry, error) {
	<-ctx.Done()
	return payment.Inquiry{}, ctx.Err()
}

// Whoever asks an acquirer that does not answer in time learns what is known without it.
func TestInquireTellsWhatIsKnownInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := openCounter(t, sim.Fault{Kind: sim.ResetAfter})
		c.stop()
		c.desk = payment.New(payment.Options{Journal: c.journal, Acquirer: mute{c.sim}, Settled: func(ivr.Attempt) {}})
		if _, err := c.desk.Recover(t.Context()); err != nil {
			t.Fatal(err)
		}
		defer c.stop()
		c.pay("order-1", good)
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
		defer cancel()
		a, err := c.desk.Inquire(ctx, "shop", "order-1")
		if took := time.Since(start); err != nil || a.State != ivr.AttemptUnknown || took > 8*time.Second {
			t.Errorf("got %s, %v after %v", a.State, err, took)
		}
	})
}

func TestAcquirerThatTakesNoInquiries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// 4 inquiries while the customer waits, 4 more in 10 minutes, then every 10.
		c := openCounter(t, sim.Fault{Kind: sim.ResetAfter}, sim.Fault{Kind: sim.NoInquiry, Times: 20})
		defer c.stop()
		if got := c.pay("order-1", good); got.State != payment.Unknown {
			t.Fatalf("got %+v, want unknown", got)
		}
		c.pass(145 * time.Minute)
		if a := c.last("order-1"); a.State != ivr.AttemptApproved || a.Inquiries != 20 {
			t.Errorf("got %s after %d inquiries that failed, want APPROVED after 20", a.State, a.Inquiries)
		}
	})
}
