package payment_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"tsunagi/server"
	"tsunagi/server/acquirer/sim"
	"tsunagi/server/payment"
	"tsunagi/shared/message"
	"tsunagi/shared/order"
)

// plastic is a test card in the customer's hand.
type plastic struct{ expiry string }

func (p plastic) Use(fn func(pan, expiry, code []byte) error) error {
	return fn([]byte("4111111111111111"), []byte(p.expiry), []byte("123"))
}

// good is a card that succeeds, bad one that is refused with AG48.
var good, bad = plastic{"1230"}, plastic{"1199"}

// counter is a shop's counter: a desk with its journal and its acquirer.
type counter struct {
	t       *testing.T
	desk    *payment.Desk
	journal *memory
	sim     *sim.Acquirer
	settled []ivr.Attempt
}

// openCounter opens a desk over a new journal and an acquirer that follows the faults.
func openCounter(t *testing.T, faults ...sim.Fault) *counter {
	t.Helper()
	acquirer, err := sim.New(sim.Config{Delay: 800 * time.Millisecond, Faults: faults})
	if err != nil {
		t.Fatal(err)
	}
	c := &counter{t: t, journal: &memory{}, sim: acquirer}
	c.openDesk()
	return c
}

// openDesk starts a desk over the counter's journal: a server's start.
func (c *counter) openDesk() {
	c.t.Helper()
	c.desk = payment.New(payment.Options{
		Journal: c.journal, Acquirer: c.sim, Settled: func(a ivr.Attempt) { c.settled = append(c.settled, a) },
	})
	if _, err := c.desk.Recover(c.t.Context()); err != nil {
		c.t.Fatal(err)
	}
}

// pass lets the bubble's time pass and all that is due in it happen.
func (c *counter) pass(span time.Duration) {
	<-time.After(span)
	synctest.Wait()
}

// stop ends the desk; a test that leaves a goroutine behind hangs or panics.
func (c *counter) stop() {
	c.t.Helper()
	if err := c.desk.Stop(context.Background()); err != nil {
		c.t.Error(err)
	}
}

func request(id order.TransactionID) payment.Request {
	return payment.Request{
		Call: "call-1", Operator: ivr.UserKey{Merchant: "shop", User: "op1"}, Number: 1, Brand: "VISA", Last4: "1111",
		Order: order.Order{TransactionID: id, Amount: 36_500, PaymentCount: order.Once},
	}
}

func (c *counter) pay(id order.TransactionID, card payment.Card) payment.Outcome {
	return c.desk.Authorize(c.t.Context(), request(id), card)
}

func (c *counter) charged(id order.TransactionID) int {
	return c.sim.Successes(payment.OrderKey{Merchant: "shop", TransactionID: id})
}

// last is the order's last attempt as the journal has it.
func (c *counter) last(id order.TransactionID) ivr.Attempt {
	c.t.Helper()
	attempts, err := c.journal.AttemptsOf(context.Background(), "shop", id)
	if err != nil || len(attempts) == 0 {
		c.t.Fatalf("attempts of %s: %v, %v", id, attempts, err)
	}
	return attempts[len(attempts)-1]
}

func TestOutcomes(t *testing.T) {
	tests := []struct {
		name     string
		card     payment.Card
		fault    sim.Fault
		took     time.Duration
		want     payment.Outcome // without Attempt
		state    ivr.AttemptState
		cause    string
		charged  int
		inquired int
	}{
		{name: "success", card: good, took: 800 * time.Millisecond,
			want:  payment.Outcome{State: payment.Paid, Code: "A001", Message: "処理が成功しました。"},
			state: ivr.AttemptApproved, cause: "answered", charged: 1},
		{name: "an invalid card", card: bad, took: 800 * time.Millisecond,
			want: payment.Outcome{State: payment.NotPaid, Code: "AG48", Message: "無効カードです。",
				Class: payment.ClassCard, Mendable: true},
			state: ivr.AttemptDeclined, cause: "answered"},
		{name: "no connection, twice", card: good, fault: sim.Fault{Kind: sim.Unreachable}, took: time.Second,
			want:  payment.Outcome{State: payment.Unsent, Message: "決済サーバに接続できないため、決済を行いませんでした。"},
			state: ivr.AttemptNotSent, cause: "connect"},
		{name: "no connection, and one a second later", card: good, fault: sim.Fault{Kind: sim.Unreachable, Times: 1},
			took:  time.Second + 800*time.Millisecond,
			want:  payment.Outcome{State: payment.Paid, Code: "A001", Message: "処理が成功しました。"},
			state: ivr.AttemptApproved, cause: "answered", charged: 1},
		{name: "reset after it was booked: found paid 3 s later", card: good, fault: sim.Fault{Kind: sim.ResetAfter},
			took:  800*time.Millisecond + 3*time.Second + 800*time.Millisecond,
			want:  payment.Outcome{State: payment.Paid, Code: "A001", Message: "処理が成功しました。"},
			state: ivr.AttemptApproved, cause: "by_inquiry", charged: 1},
		{name: "booked, then silence: found paid after the deadline", card: good, fault: sim.Fault{Kind: sim.Silence},
			took:  30*time.Second + 3*time.Second + 800*time.Millisecond,
			want:  payment.Outcome{State: payment.Paid, Code: "A001", Message: "処理が成功しました。"},
			state: ivr.AttemptApproved, cause: "by_inquiry", charged: 1},
		{name: "refused, then silence: found refused", card: bad, fault: sim.Fault{Kind: sim.Silence},
			took: 30*time.Second + 3*time.Second + 800*time.Millisecond,
			want: payment.Outcome{State: payment.NotPaid, Code: "AG48", Message: "無効カードです。",
				Class: payment.ClassCard, Mendable: true},
			state: ivr.AttemptDeclined, cause: "by_inquiry"},
		{name: "pending, paid after 10 s: found at the third inquiry", card: good,
			fault: sim.Fault{Kind: sim.PendingPaid, Delay: 10 * time.Second},
			took:  800*time.Millisecond + 12*time.Second + 800*time.Millisecond,
			want:  payment.Outcome{State: payment.Paid, Code: "A001", Message: "処理が成功しました。"},
			state: ivr.AttemptApproved, cause: "by_inquiry", charged: 1, inquired: 2},
		{name: "pending for longer than the customer waits", card: good,
			fault: sim.Fault{Kind: sim.PendingPaid, Delay: time.Hour},
			took:  800*time.Millisecond + 30*time.Second,
			want:  payment.Outcome{State: payment.Unknown, Code: "AE10", Message: message.W406.Text()},
			state: ivr.AttemptUnknown, cause: "pending", inquired: 4},
		{name: "swallowed", card: good, fault: sim.Fault{Kind: sim.Hang},
			took:  30*time.Second + 30*time.Second,
			want:  payment.Outcome{State: payment.Unknown, Message: message.W406.Text()},
			state: ivr.AttemptUnknown, cause: "deadline", inquired: 4},
		{name: "the answer names another order", card: good, fault: sim.Fault{Kind: sim.WrongOrder},
			took:  800*time.Millisecond + 3*time.Second + 800*time.Millisecond,
			want:  payment.Outcome{State: payment.Paid, Code: "A001", Message: "処理が成功しました。"},
			state: ivr.AttemptApproved, cause: "by_inquiry", charged: 1},
		{name: "the answer names another amount", card: good, fault: sim.Fault{Kind: sim.WrongAmount},
			took:  800*time.Millisecond + 3*time.Second + 800*time.Millisecond,
			want:  payment.Outcome{State: payment.Paid, Code: "A001", Message: "処理が成功しました。"},
			state: ivr.AttemptApproved, cause: "by_inquiry", charged: 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var faults []sim.Fault
				if tt.fault.Kind != "" {
					faults = append(faults, tt.fault)
				}
				c := openCounter(t, faults...)
				defer c.stop()
				start := time.Now()
				got := c.pay("order-1", tt.card)
				if took := time.Since(start); took != tt.took {
					t.Errorf("took %v, want %v", took, tt.took)
				}
				a := c.last("order-1")
				if got.Attempt != a.ID {
					t.Errorf("attempt: got %s, want %s", got.Attempt, a.ID)
				}
				if got.Attempt = ""; got != tt.want {
					t.Errorf("outcome:\n got %+v\nwant %+v", got, tt.want)
				}
				if a.State != tt.state || a.Cause != tt.cause || a.Told != got.Payment() || a.Inquiries != tt.inquired {
					t.Errorf("journal: got %s (%s), told %q, %d inquiries; want %s (%s), told %q, %d inquiries",
						a.State, a.Cause, a.Told, a.Inquiries, tt.state, tt.cause, got.Payment(), tt.inquired)
				}
				if n := c.charged("order-1"); n != tt.charged {
					t.Errorf("charged %d times, want %d", n, tt.charged)
				}
				if len(c.settled) > 0 {
					t.Errorf("told of %d later results; the caller has them", len(c.settled))
				}
			})
		})
	}
}
