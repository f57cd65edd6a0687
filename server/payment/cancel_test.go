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
	"tsunagi/shared/order"
)

func key(id order.TransactionID) payment.OrderKey {
	return payment.OrderKey{Merchant: "shop", TransactionID: id}
}

// A payment is given back once, whatever becomes of the request to do so.
func TestCancel(t *testing.T) {
	tests := []struct {
		name    string
		faults  []sim.Fault
		took    time.Duration
		state   ivr.AttemptState // when Cancel returns
		after   time.Duration
		end     ivr.AttemptState
		cause   string
		charged int
	}{
		{name: "cancelled", took: 800 * time.Millisecond, state: ivr.AttemptVoided, end: ivr.AttemptVoided, cause: "answered"},
		{name: "cancelled, the answer lost: the books say so 5 s later", faults: []sim.Fault{{Kind: sim.SettleLost, Times: 1}},
			took: 5*time.Second + 800*time.Millisecond, state: ivr.AttemptVoided, end: ivr.AttemptVoided, cause: "by_inquiry"},
		{name: "not sent, asked for again", faults: []sim.Fault{{Kind: sim.SettleUnsent, Times: 1}},
			took: 5*time.Second + 1600*time.Millisecond, state: ivr.AttemptVoided, end: ivr.AttemptVoided, cause: "answered"},
		{name: "swallowed: goes on in the background", faults: []sim.Fault{{Kind: sim.SettleHang, Times: 1}},
			took: 30 * time.Second, state: ivr.AttemptVoiding, after: 2 * time.Minute, end: ivr.AttemptVoided, cause: "answered"},
		{name: "refused while the books say paid: a person decides", faults: []sim.Fault{{Kind: sim.SettleRefused}},
			took: 30 * time.Second, state: ivr.AttemptVoiding, after: 3 * time.Minute, end: ivr.AttemptVoidFailed, cause: "refused", charged: 1},
		{name: "nobody to ask for two days", faults: []sim.Fault{{Kind: sim.SettleUnsent}},
			took: 30 * time.Second, state: ivr.AttemptVoiding, after: 49 * time.Hour, end: ivr.AttemptVoidFailed, cause: "no_answer", charged: 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := openCounter(t, tt.faults...)
				defer c.stop()
				c.pay("order-1", good)
				start := time.Now()
				a, err := c.desk.Cancel(t.Context(), key("order-1"), "op1")
				if took := time.Since(start); err != nil || a.State != tt.state || took != tt.took {
					t.Errorf("got %s, %v after %v; want %s after %v", a.State, err, took, tt.state, tt.took)
				}
				c.pass(tt.after)
				if a := c.last("order-1"); a.State != tt.end || a.Cause != tt.cause || a.Told != ivr.OutcomePaid {
					t.Errorf("journal: got %s (%s), told %q; want %s (%s)", a.State, a.Cause, a.Told, tt.end, tt.cause)
				}
				if n := c.charged("order-1"); n != tt.charged {
					t.Errorf("charged %d times, want %d", n, tt.charged)
				}
				if told := tt.state == ivr.AttemptVoiding; told != (len(c.settled) == 1) {
					t.Errorf("told of %+v", c.settled)
				}
			})
		})
	}
}

func TestCancelRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := openCounter(t, sim.Fault{Kind: sim.Hang, Transaction: "open"})
		defer c.stop()
		c.pay("declined", bad)
		c.pay("open", good)
		c.pay("voided", good)
		if _, err := c.desk.Cancel(t.Context(), key("voided"), "op1"); err != nil {
			t.Fatal(err)
		}
		for id, want := range map[order.TransactionID]error{
			"never": ivr.ErrNotFound, "declined": payment.ErrNotPaid, "open": ivr.ErrOrderOpen, "voided": payment.ErrNotPaid,
		} {
			if _, err := c.desk.Cancel(t.Context(), key(id), "op1"); !errors.Is(err, want) {
				t.Errorf("%s: got %v, want %v", id, err, want)
			}
		}
		if got := c.pay("voided", good); got.State != payment.Paid {
			t.Errorf("paid again after a cancel: got %+v", got)
		}
	})
}

// The process dies while a cancel is under way. The next one looks before it asks.
func TestCancelOverARestart(t *testing.T) {
	for _, fault := range []sim.FaultKind{sim.SettleHang, sim.SettleLost} {
		t.Run(string(fault), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := openCounter(t, sim.Fault{Kind: fault, Times: 1})
				c.pay("order-1", good)
				ctx, leave := context.WithCancel(t.Context())
				leave()
				if a, err := c.desk.Cancel(ctx, key("order-1"), "op1"); err != nil || a.State != ivr.AttemptVoiding {
					t.Fatalf("got %s, %v; want VOIDING", a.State, err)
				}
				c.stop()
				if got := c.last("order-1"); got.State != ivr.AttemptVoiding {
					t.Fatalf("left on disk: got %s, want VOIDING", got.State)
				}
				c.openDesk()
				defer c.stop()
				if got := c.pay("order-1", good); got.State != payment.Unknown {
					t.Errorf("paid while being cancelled: got %+v", got)
				}
				c.pass(5 * time.Second)
				if a := c.last("order-1"); a.State != ivr.AttemptVoided || c.charged("order-1") != 0 || len(c.settled) != 1 {
					t.Errorf("got %s, charged %d times, told of %d", a.State, c.charged("order-1"), len(c.settled))
				}
			})
		})
	}
}

// What waits for a person stays locked, and is cancelled once the acquirer lets it.
func TestCancelAfterAFailedOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := openCounter(t, sim.Fault{Kind: sim.SettleRefused, Times: 3})
		defer c.stop()
		c.pay("order-1", good)
		if _, err := c.desk.Cancel(t.Context(), key("order-1"), "op1"); err != nil {
			t.Fatal(err)
		}
		c.pass(3 * time.Minute)
		if a := c.last("order-1"); a.State != ivr.AttemptVoidFailed || a.ShortCode() != "NH02" {
			t.Fatalf("got %s with %s, want VOID_FAILED with NH02", a.State, a.ShortCode())
		}
		if got := c.pay("order-1", good); got.State != payment.Unknown {
			t.Errorf("paid again: got %+v, want refused as open", got)
		}
		if a, err := c.desk.Cancel(t.Context(), key("order-1"), "op1"); err != nil || a.State != ivr.AttemptVoided {
			t.Errorf("again: got %s, %v; want VOIDED", a.State, err)
		}
	})
}

func TestCapture(t *testing.T) {
	tests := []struct {
		name  string
		fault sim.FaultKind
		err   error
		again ivr.AttemptState // after asking a second time
	}{
		{"captured", "", nil, ivr.AttemptCaptured},
		{"captured, the answer lost", sim.SettleLost, nil, ivr.AttemptCaptured},
		{"swallowed", sim.SettleHang, payment.ErrUnclear, ivr.AttemptCaptured},
		{"not sent", sim.SettleUnsent, payment.ErrUnclear, ivr.AttemptCaptured},
		{"refused", sim.SettleRefused, new(payment.Refusal), ivr.AttemptCaptured},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var faults []sim.Fault
				if tt.fault != "" {
					faults = append(faults, sim.Fault{Kind: tt.fault, Times: 1})
				}
				c := openCounter(t, faults...)
				defer c.stop()
				c.pay("order-1", good)
				a, err := c.desk.Capture(t.Context(), key("order-1"))
				var refusal *payment.Refusal
				if errors.As(tt.err, &refusal) {
					if !errors.As(err, &refusal) || refusal.Code[:4] != "NH02" {
						t.Errorf("got %v, want a refusal with NH02", err)
					}
				} else if !errors.Is(err, tt.err) || err == nil && a.State != ivr.AttemptCaptured {
					t.Errorf("got %s, %v; want %v", a.State, err, tt.err)
				}
				if a, err = c.desk.Capture(t.Context(), key("order-1")); err != nil || a.State != tt.again {
					t.Errorf("again: got %s, %v", a.State, err)
				}
				if books, _ := c.sim.Inquire(t.Context(), key("order-1")); len(books.Transactions) != 2 {
					t.Errorf("the books have %d transactions, want an authorization and a capture", len(books.Transactions))
				}
				if a, err := c.desk.Cancel(t.Context(), key("order-1"), "op1"); err != nil || a.State != ivr.AttemptVoided {
					t.Errorf("cancelled: got %s, %v", a.State, err)
				}
			})
		})
	}
}

// What the acquirer did not know itself it may cancel later: the order is paid, and
// an hour later it is not.
func TestPaymentCancelledByTheAcquirer(t *testing.T) {
	for _, restart := range []bool{false, true} {
		t.Run(map[bool]string{false: "seen after an hour", true: "seen after a restart a day later"}[restart], func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := openCounter(t, sim.Fault{Kind: sim.PendingVoided, Delay: 5 * time.Second})
				if got := c.pay("order-1", good); got.State != payment.Paid {
					t.Fatalf("got %+v, want paid", got)
				}
				if restart {
					c.stop()
					c.pass(30 * time.Hour)
					c.openDesk()
					c.pass(time.Second)
				} else {
					c.pass(59 * time.Minute)
					if a := c.last("order-1"); a.State != ivr.AttemptApproved {
						t.Fatalf("before: got %s", a.State)
					}
					c.pass(2 * time.Minute)
				}
				defer c.stop()
				a := c.last("order-1")
				if a.State != ivr.AttemptVoided || a.Cause != "by_gateway" || len(c.settled) != 1 {
					t.Errorf("got %s (%s), told of %d; want VOIDED by the gateway, told of 1", a.State, a.Cause, len(c.settled))
				}
			})
		})
	}
}

// An attempt that was found paid is asked about twice more, and no more.
func TestRechecksEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := openCounter(t, sim.Fault{Kind: sim.ResetAfter}, sim.Fault{Kind: sim.NoInquiry, Times: 1})
		defer c.stop()
		if got := c.pay("order-1", good); got.State != payment.Paid {
			t.Fatalf("got %+v, want paid", got)
		}
		before := c.last("order-1").Inquiries
		c.pass(100 * time.Hour)
		if a := c.last("order-1"); a.State != ivr.AttemptApproved || a.Inquiries != before+2 {
			t.Errorf("got %s after %d more inquiries, want APPROVED after 2", a.State, a.Inquiries-before)
		}
	})
}

func TestResolve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := openCounter(t, sim.Fault{Kind: sim.PendingPaid, Delay: 1000 * time.Hour})
		defer c.stop()
		c.pay("order-1", good)
		if _, err := c.desk.Resolve(t.Context(), key("order-1"), payment.ResolvedPaid, "sv1: early"); !errors.Is(err, payment.ErrNotPaid) {
			t.Errorf("while it is being settled: got %v, want ErrNotPaid", err)
		}
		c.pass(49 * time.Hour)
		if got := c.pay("order-1", good); got.State != payment.Unknown {
			t.Errorf("waiting for a person: got %+v, want refused as open", got)
		}
		a, err := c.desk.Resolve(t.Context(), key("order-1"), payment.ResolvedNotPaid, "sv1: not on the statement")
		if err != nil || a.State != ivr.AttemptDeclined || a.Cause != "sv1: not on the statement" {
			t.Errorf("got %s (%s), %v", a.State, a.Cause, err)
		}
	})
}
