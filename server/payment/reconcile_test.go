package payment_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tsunagi/server"
	"tsunagi/server/acquirer/sim"
	"tsunagi/server/payment"
	"tsunagi/shared/order"
)

// reports are what a desk has told of its comparisons.
type reports struct {
	mu   sync.Mutex
	list []payment.Report
}

func (r *reports) add(report payment.Report) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, report)
}

func (r *reports) all() []payment.Report {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.list)
}

// openReconciling opens the counter again as a shop whose books are reconciled, with a
// journal that was restored from restored on, where that is not zero.
func (c *counter) openReconciling(restored time.Time, reports *reports) {
	c.t.Helper()
	c.desk = payment.New(payment.Options{
		Journal: c.journal, Acquirer: c.sim,
		Merchants:     func(context.Context) ([]ivr.MerchantID, error) { return []ivr.MerchantID{"shop"}, nil },
		RestoredSince: restored,
		Reconciled:    reports.add,
	})
	if _, err := c.desk.Recover(c.t.Context()); err != nil {
		c.t.Fatal(err)
	}
}

// abroad authorizes an order behind our back.
func (c *counter) abroad(id order.TransactionID, attempt ivr.AttemptID) {
	o := request(id).Order
	c.sim.Authorize(c.t.Context(), payment.Authorization{Attempt: attempt, Merchant: "shop", Order: o}, good)
}

func TestReconcile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := openCounter(t, sim.Fault{Kind: sim.Hang, Transaction: "order-open"})
		defer c.stop()
		from := time.Now()
		c.pay("order-same", good)
		c.pay("order-refused", bad)
		c.pay("order-open", good)
		c.pay("order-voided", good)
		if _, err := c.desk.Cancel(t.Context(), key("order-voided"), "op1"); err != nil {
			t.Fatal(err)
		}
		c.pay("order-captured-there", good)
		c.sim.Capture(t.Context(), key("order-captured-there"), 36_500)
		c.pay("order-cancelled-there", good)
		c.sim.Cancel(t.Context(), key("order-cancelled-there"), 36_500)
		c.abroad("order-only-there", "x")
		c.pay("order-only-here", good)
		c.change("order-only-here", func(a *ivr.Attempt) { a.Order.TransactionID = "order-renamed" })
		c.pay("order-amount", good)
		c.change("order-amount", func(a *ivr.Attempt) { a.Order.Amount++ })

		report, err := c.desk.Reconcile(t.Context(), "shop", from, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range report.Differences {
			got = append(got, string(d.Kind)+" "+string(d.Order.TransactionID)+" "+string(d.State)+" "+string(d.Theirs))
		}
		want := []string{
			"only_theirs order-only-here  authorized",
			"only_theirs order-only-there  authorized",
			"only_ours order-renamed APPROVED unknown",
			"other_amount order-amount APPROVED authorized",
			"other_state order-cancelled-there APPROVED cancelled",
			"other_state order-captured-there APPROVED captured",
		}
		if !slices.Equal(got, want) {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if report.Attempts != 8 || report.Orders != 8 {
			t.Errorf("got %d attempts and %d orders, want 8 and 8", report.Attempts, report.Orders)
		}
		if text := report.String(); strings.Count(text, "\n") != 7 || !strings.Contains(text, "order order-only-there: here nothing 0 yen, there authorized 36500 yen") {
			t.Errorf("as text:\n%s", text)
		}
	})
}

// change rewrites an order's last attempt behind the desk's back.
func (c *counter) change(id order.TransactionID, change func(*ivr.Attempt)) {
	a := c.last(id)
	for n := range c.journal.attempts {
		if c.journal.attempts[n].ID == a.ID {
			change(&c.journal.attempts[n])
		}
	}
}

// The day before is compared at three in the morning, Japan's time.
func TestNightly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the bubble begins at 09:00 in Japan
		c := openCounter(t)
		c.stop()
		var told reports
		c.openReconciling(time.Time{}, &told)
		defer c.stop()
		c.pay("order-1", good)
		c.abroad("order-2", "x")
		c.pass(17*time.Hour + 59*time.Minute)
		if n := len(told.all()); n != 0 {
			t.Fatalf("before three: %d reports", n)
		}
		c.pass(2 * time.Minute)
		reports := told.all()
		if len(reports) != 1 || len(reports[0].Differences) != 1 || reports[0].Differences[0].Order.TransactionID != "order-2" {
			t.Fatalf("after three: got %v", reports)
		}
		if span := reports[0].To.Sub(reports[0].From); span != 24*time.Hour || reports[0].To.UTC().Hour() != 15 {
			t.Errorf("the span: got %v up to %v", span, reports[0].To)
		}
		c.pass(24 * time.Hour)
		if reports = told.all(); len(reports) != 2 || len(reports[1].Differences) != 0 {
			t.Errorf("the next night: got %v", reports)
		}
	})
}

// A journal restored from an old backup lacks payments. None is taken until the
// acquirer's books have given them back.
func TestRestoredJournal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := openCounter(t, sim.Fault{Kind: sim.ResetAfter, Transaction: "order-lost-unknown", Times: 1})
		c.pay("order-old", good)
		c.pay("order-old-voided", good)
		c.pass(time.Minute)
		backup, at := slices.Clone(c.journal.attempts), time.Now()
		c.pass(time.Hour)
		c.pay("order-lost", good)
		c.pay("order-lost-unknown", good)
		c.pay("order-lost-refused", bad)
		if _, err := c.desk.Cancel(t.Context(), key("order-old-voided"), "op1"); err != nil {
			t.Fatal(err)
		}
		ids := map[order.TransactionID]ivr.AttemptID{"order-lost": c.last("order-lost").ID}
		c.stop()
		c.journal.attempts = backup

		var told reports
		c.openReconciling(at, &told)
		defer c.stop()
		if err := c.desk.Ready(); !errors.Is(err, payment.ErrReconciling) {
			t.Errorf("at first: ready says %v, want ErrReconciling", err)
		}
		if got := c.pay("order-lost", good); got.State != payment.Unsent {
			t.Errorf("at first: got %+v, want nothing sent", got)
		}
		c.pass(time.Minute)
		if err := c.desk.Ready(); err != nil || len(told.all()) != 1 {
			t.Fatalf("afterwards: %v, %d reports", err, len(told.all()))
		}
		for id, state := range map[order.TransactionID]ivr.AttemptState{
			"order-old": ivr.AttemptApproved, "order-lost": ivr.AttemptApproved, "order-lost-unknown": ivr.AttemptApproved,
			"order-old-voided": ivr.AttemptVoided,
		} {
			if a := c.last(id); a.State != state || a.Order.Amount != 36_500 {
				t.Errorf("%s: got %s (%s), want %s", id, a.State, a.Cause, state)
			}
		}
		if got := c.last("order-lost").ID; got != ids["order-lost"] {
			t.Errorf("the attempt got another name: %s", got)
		}
		if got := c.pay("order-lost", good); got.Message != order.AlreadyPaid {
			t.Errorf("paid again: got %+v", got)
		}
		if got := c.pay("order-lost-refused", good); got.State != payment.Paid {
			t.Errorf("refused before: got %+v, want paid", got)
		}
	})
}

// noBooks is an acquirer that authorizes and does nothing else.
type noBooks struct{ payment.Acquirer }

func TestWithoutBooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := openCounter(t)
		c.stop()
		c.desk = payment.New(payment.Options{Journal: c.journal, Acquirer: noBooks{c.sim}, RestoredSince: time.Now()})
		if _, err := c.desk.Recover(t.Context()); err != nil {
			t.Fatal(err)
		}
		defer c.stop()
		c.pass(24 * time.Hour)
		if err := c.desk.Ready(); !errors.Is(err, payment.ErrReconciling) {
			t.Errorf("got %v, want ErrReconciling until a person accepts", err)
		}
		c.desk.AcceptRestored()
		if err := c.desk.Ready(); err != nil {
			t.Errorf("accepted: got %v", err)
		}
		if _, err := c.desk.Reconcile(t.Context(), "shop", time.Now(), time.Now()); !errors.Is(err, payment.ErrUnsupported) {
			t.Errorf("reconcile: got %v", err)
		}
		if _, err := c.desk.Cancel(t.Context(), key("order-1"), "op1"); !errors.Is(err, payment.ErrUnsupported) {
			t.Errorf("cancel: got %v", err)
		}
		if _, err := c.desk.Capture(t.Context(), key("order-1")); !errors.Is(err, payment.ErrUnsupported) {
			t.Errorf("capture: got %v", err)
		}
	})
}

func TestReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := openCounter(t)
		c.stop()
		if err := c.desk.Ready(); !errors.Is(err, payment.ErrStopping) {
			t.Errorf("stopped: got %v", err)
		}
		full := errors.New("12 MB free")
		var room error
		c.desk = payment.New(payment.Options{Journal: c.journal, Acquirer: c.sim, Room: func() error { return room }})
		if err := c.desk.Ready(); !errors.Is(err, payment.ErrStopping) {
			t.Errorf("before Recover: got %v", err)
		}
		if _, err := c.desk.Recover(t.Context()); err != nil {
			t.Fatal(err)
		}
		defer c.stop()
		if err := c.desk.Ready(); err != nil {
			t.Errorf("open: got %v", err)
		}
		room = full
		if err := c.desk.Ready(); !errors.Is(err, full) {
			t.Errorf("no room: got %v", err)
		}
		room = nil
		c.journal.fail = func(string) failure { return nothing }
		c.pay("order-1", good)
		if err := c.desk.Ready(); !errors.Is(err, payment.ErrUnwritten) {
			t.Errorf("a journal that takes nothing: got %v", err)
		}
		c.journal.mu.Lock() // the desk goes on trying
		c.journal.fail = nil
		c.journal.mu.Unlock()
		c.pass(10 * time.Second)
		if err := c.desk.Ready(); err != nil {
			t.Errorf("a journal that works again: got %v", err)
		}
	})
}
