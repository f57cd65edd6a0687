package payment_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"tsunagi/server"
	"tsunagi/server/acquirer/sim"
	"tsunagi/server/payment"
	"tsunagi/server/store"
	"tsunagi/shared/order"
)

// These tests use the real journal, to see what is on disk at which moment. Time is
// real here; nothing in them waits for it.

// watched is an acquirer with an eye on what happens around each request.
type watched struct {
	*sim.Acquirer
	requests atomic.Int32
	before   func(payment.Authorization)                 // before it is booked
	after    func(payment.Authorization, payment.Answer) // booked, not yet answered
}

func (w *watched) Authorize(ctx context.Context, a payment.Authorization, c payment.Card) payment.Answer {
	w.requests.Add(1)
	if w.before != nil {
		w.before(a)
	}
	answer := w.Acquirer.Authorize(ctx, a, c)
	if w.after != nil {
		w.after(a, answer)
	}
	return answer
}

func newWatched(t *testing.T) *watched {
	t.Helper()
	acquirer, err := sim.New(sim.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return &watched{Acquirer: acquirer}
}

// openLedger opens the database at path.
func openLedger(t *testing.T, path string) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// powerCut copies the database as a power cut at this moment would leave it.
func powerCut(t *testing.T, path string) (copied string) {
	t.Helper()
	copied = filepath.Join(t.TempDir(), "after.db")
	for _, suffix := range []string{"", "-wal"} {
		content, err := os.ReadFile(path + suffix)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = os.WriteFile(copied+suffix, content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return copied
}

// startDesk opens a desk and gives a channel of what it settles later.
func startDesk(t *testing.T, s *store.Store, a payment.Acquirer) (*payment.Desk, <-chan ivr.Attempt) {
	t.Helper()
	settled := make(chan ivr.Attempt, 8)
	desk := payment.New(payment.Options{Journal: s, Acquirer: a, Settled: func(a ivr.Attempt) { settled <- a }})
	if _, err := desk.Recover(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := desk.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return desk, settled
}

// stateAt is the state of the only attempt in a database.
func stateAt(t *testing.T, path string, id ivr.AttemptID) ivr.AttemptState {
	t.Helper()
	a, err := openLedger(t, path).Attempt(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return a.State
}

func TestAttemptIsOnDiskBeforeItsRequestLeavesAndItsAnswerBeforeItIsTold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tsunagi.db")
	acquirer := newWatched(t)
	desk, _ := startDesk(t, openLedger(t, path), acquirer)
	acquirer.before = func(a payment.Authorization) {
		if got := stateAt(t, powerCut(t, path), a.Attempt); got != ivr.AttemptSending {
			t.Errorf("on disk while the request leaves: got %s, want SENDING", got)
		}
	}
	outcome := desk.Authorize(t.Context(), request("order-1"), good)
	if got := stateAt(t, powerCut(t, path), outcome.Attempt); outcome.State != payment.Paid || got != ivr.AttemptApproved {
		t.Errorf("on disk when %s is told: got %s, want APPROVED", outcome.State, got)
	}
}

// The process dies while its request is under way. The next one finds the attempt in
// SENDING, makes it UNKNOWN before it opens, and settles it by inquiry.
func TestDeathWhileBeingSent(t *testing.T) {
	tests := []struct {
		name  string
		card  payment.Card
		death func(w *watched, die func())
		want  ivr.AttemptState // "" where one inquiry cannot settle it
	}{
		{"before the acquirer has it", good, func(w *watched, die func()) {
			w.before = func(payment.Authorization) { die() }
		}, ""},
		{"after it was booked", good, func(w *watched, die func()) {
			w.after = func(payment.Authorization, payment.Answer) { die() }
		}, ivr.AttemptApproved},
		{"after it was refused", bad, func(w *watched, die func()) {
			w.after = func(payment.Authorization, payment.Answer) { die() }
		}, ivr.AttemptDeclined},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "tsunagi.db")
			acquirer := newWatched(t)
			first, _ := startDesk(t, openLedger(t, path), acquirer)
			var left string // what the dead process has left on disk
			tt.death(acquirer, func() { left = powerCut(t, path) })
			first.Authorize(t.Context(), request("order-1"), tt.card)

			// The acquirer as the next process meets it: it has booked the request or not.
			next := &watched{Acquirer: acquirer.Acquirer}
			if tt.want == "" {
				next = newWatched(t)
			}
			ledger := openLedger(t, left)
			second, settled := startDesk(t, ledger, next)
			if tt.want == "" {
				a, err := second.Inquire(t.Context(), "shop", "order-1")
				if err != nil || a.State != ivr.AttemptUnknown || a.NotFoundAt.IsZero() {
					t.Errorf("got %s, not found at %v, %v; want UNKNOWN and not found", a.State, a.NotFoundAt, err)
				}
				if got := second.Authorize(t.Context(), request("order-1"), good); got.State != payment.Unknown {
					t.Errorf("asked again: got %+v, want refused as open", got)
				}
			} else if a := <-settled; a.State != tt.want || a.Cause != "by_inquiry" {
				t.Errorf("settled: got %s (%s), want %s by inquiry", a.State, a.Cause, tt.want)
			}
			if n := next.requests.Load(); n != 0 {
				t.Errorf("requests after the restart: got %d, want none", n)
			}
			if err := ledger.VerifyAttemptEvents(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// Two desks over one database: the answer that reaches the first one when the second
// has already made the attempt UNKNOWN changes nothing any more.
func TestAnswerAfterRecovery(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tsunagi.db")
	ledger := openLedger(t, path)
	acquirer := newWatched(t)
	first, _ := startDesk(t, ledger, acquirer)
	acquirer.after = func(a payment.Authorization, _ payment.Answer) {
		_, settled := startDesk(t, ledger, acquirer)
		if a := <-settled; a.State != ivr.AttemptApproved {
			t.Errorf("settled: got %s, want APPROVED", a.State)
		}
	}
	if got := first.Authorize(t.Context(), request("order-1"), good); got.State != payment.Paid {
		t.Errorf("got %+v; the journal says APPROVED", got)
	}
	attempts, err := ledger.AttemptsOf(t.Context(), "shop", "order-1")
	if err != nil || len(attempts) != 1 || attempts[0].Cause != "by_inquiry" || acquirer.requests.Load() != 1 {
		t.Errorf("got %+v, %v, %d requests", attempts, err, acquirer.requests.Load())
	}
	if err := ledger.VerifyAttemptEvents(t.Context()); err != nil {
		t.Error(err)
	}
}

// A database that is closed under the desk is a journal that fails: nothing is sent.
func TestNothingIsSentWithoutAJournal(t *testing.T) {
	ledger, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "tsunagi.db"))
	if err != nil {
		t.Fatal(err)
	}
	acquirer := newWatched(t)
	desk, _ := startDesk(t, ledger, acquirer)
	if err := ledger.Close(); err != nil {
		t.Fatal(err)
	}
	if got := desk.Authorize(t.Context(), request("order-1"), good); got.State != payment.Unsent || acquirer.requests.Load() != 0 {
		t.Errorf("got %+v after %d requests, want nothing sent", got, acquirer.requests.Load())
	}
}

func orderID(n int64) order.TransactionID { return order.TransactionID(fmt.Sprint("order-", n)) }

// BenchmarkAuthorize is an attempt with the real journal and an acquirer that
// answers at once.
func BenchmarkAuthorize(b *testing.B) {
	ledger, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "tsunagi.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer ledger.Close() //nolint:errcheck // the folder goes anyway
	acquirer, err := sim.New(sim.Config{})
	if err != nil {
		b.Fatal(err)
	}
	desk := payment.New(payment.Options{Journal: ledger, Acquirer: acquirer})
	if _, err := desk.Recover(b.Context()); err != nil {
		b.Fatal(err)
	}
	var n atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r := request("order-1")
			r.Order.TransactionID = orderID(n.Add(1))
			if got := desk.Authorize(b.Context(), r, good); got.State != payment.Paid {
				b.Fatalf("got %+v", got)
			}
		}
	})
}
