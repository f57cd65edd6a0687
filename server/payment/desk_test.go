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
		{name: "no connection", card: good, fault: sim.Fault{Kind: sim.Unreachable},
			want:  payment.Outcome{State: payment.Unsent, Message: "決済サーバに接続できないため、決済を行いませんでした。"},
			state: ivr.AttemptNotSent, cause: "connect"},
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

// NH18 rule 1, and its sister: an order whose outcome is open is not asked about again.
func TestOrderIsNotAskedForTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := openCounter(t, sim.Fault{Kind: sim.Hang, Transaction: "order-2"})
		defer c.stop()
		if got := c.pay("order-1", good); got.State != payment.Paid {
			t.Fatalf("first: got %+v", got)
		}
		want := payment.Outcome{State: payment.Unsent, Class: payment.ClassDuplicate, Message: order.AlreadyPaid}
		if got := c.pay("order-1", good); got != want {
			t.Errorf("paid: got %+v, want %+v", got, want)
		}
		if got := c.pay("order-2", good); got.State != payment.Unknown {
			t.Fatalf("hanging: got %+v", got)
		}
		want = payment.Outcome{State: payment.Unknown, Class: payment.ClassState, Message: message.W406.Text()}
		if got := c.pay("order-2", good); got != want {
			t.Errorf("open: got %+v, want %+v", got, want)
		}
		if paid, err := c.desk.Paid(t.Context(), "shop", "order-1"); err != nil || !paid {
			t.Errorf("paid: got %t, %v", paid, err)
		}
		if paid, err := c.desk.Paid(t.Context(), "shop", "order-2"); err != nil || paid {
			t.Errorf("not paid: got %t, %v", paid, err)
		}
	})
}

// Declined, another card under the same transaction ID, paid.
func TestAnotherCardUnderTheSameTransactionID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := openCounter(t)
		defer c.stop()
		if got := c.pay("order-1", bad); !got.Mendable {
			t.Fatalf("first card: got %+v", got)
		}
		if got := c.pay("order-1", good); got.State != payment.Paid {
			t.Errorf("second card: got %+v", got)
		}
	})
}

// NH18 rule 3: a duplicate of which our journal knows nothing is never OK.
func TestForeignDuplicateIsNotPaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := openCounter(t)
		defer c.stop()
		o := request("order-1").Order
		c.sim.Authorize(t.Context(), payment.Authorization{Attempt: "foreign", Merchant: "shop", Order: o}, good)
		got := c.pay("order-1", good)
		if got.State != payment.NotPaid || got.Code != "NH18" || got.Message != "既に成功していました" || got.Mendable {
			t.Errorf("got %+v, want NH18 and not paid", got)
		}
	})
}

// NH18 rule 2: the request that had seemed lost for good was booked after all, after
// its order had been found not charged. The customer, tried again, hears OK; one
// charge stands, and the first attempt has it.
func TestDuplicateOfAnAttemptThoughtNotCharged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := openCounter(t, sim.Fault{Kind: sim.Slow, Delay: time.Hour, Times: 1})
		defer c.stop()
		c.pay("order-1", good)
		c.pass(2 * time.Hour)
		if a := c.last("order-1"); a.State != ivr.AttemptNotCharged {
			t.Fatalf("first attempt: got %s, want NOT_CHARGED", a.State)
		}
		if got := c.pay("order-1", good); got.State != payment.Paid {
			t.Errorf("second attempt: got %+v, want paid", got)
		}
		attempts, _ := c.journal.AttemptsOf(t.Context(), "shop", "order-1")
		if attempts[0].State != ivr.AttemptApproved || attempts[1].State != ivr.AttemptDeclined || c.charged("order-1") != 1 {
			t.Errorf("got %s, then %s, charged %d times; want APPROVED, DECLINED, once",
				attempts[0].State, attempts[1].State, c.charged("order-1"))
		}
	})
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
