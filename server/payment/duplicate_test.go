package payment_test

import (
	"testing"
	"testing/synctest"
	"time"

	"tsunagi/server"
	"tsunagi/server/acquirer/sim"
	"tsunagi/server/payment"
	"tsunagi/shared/message"
	"tsunagi/shared/order"
)

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
