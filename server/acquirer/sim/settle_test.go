package sim

import (
	"context"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"tsunagi/server/payment"
	"tsunagi/shared/order"
)

// What may follow what: an amount is captured once and given back once.
func TestSettling(t *testing.T) {
	s := newSim(t, Config{})
	a := authorization("order-1", 1000)
	ask := func(what string, ask func(context.Context, payment.OrderKey, order.Yen) payment.Answer, amount order.Yen, want string) {
		t.Helper()
		got := ask(t.Context(), a.Key(), amount)
		if got.Code[:4] != want || got.TransactionID != "order-1" || got.Amount != amount {
			t.Errorf("%s: got %s for order %s, %d yen; want %s", what, got.Code, got.TransactionID, got.Amount, want)
		}
	}
	ask("cancel of nothing", s.Cancel, 1000, "NH02")
	ask("capture of nothing", s.Capture, 1000, "NH02")
	s.Authorize(t.Context(), a, visa)
	ask("capture of a part", s.Capture, 999, "NH02")
	ask("capture", s.Capture, 1000, "A001")
	ask("capture again", s.Capture, 1000, "NH02")
	ask("cancel of another amount", s.Cancel, 1001, "NH02")
	ask("cancel", s.Cancel, 0, "A001")
	ask("cancel again", s.Cancel, 1000, "NH02")
	if n := s.Successes(a.Key()); n != 0 {
		t.Errorf("charged %d times after the cancel", n)
	}
	if got := s.Authorize(t.Context(), a, visa); got.Reply != payment.ReplyApproved {
		t.Errorf("paid again: got %+v", got)
	}
}

func TestSettlingFaults(t *testing.T) {
	const deadline = 30 * time.Second
	tests := []struct {
		kind    FaultKind
		reply   payment.Reply
		took    time.Duration
		charged int
	}{
		{SettleRefused, payment.ReplyDeclined, time.Second, 1},
		{SettleHang, payment.ReplyLost, deadline, 1},
		{SettleLost, payment.ReplyLost, 0, 0},
		{SettleUnsent, payment.ReplyNotSent, 0, 1},
	}
	for _, tt := range tests {
		t.Run(string(tt.kind), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSim(t, Config{Delay: time.Second, Faults: []Fault{{Kind: tt.kind}}})
				a := authorization("order-1", 1000)
				s.Authorize(t.Context(), a, visa)
				ctx, cancel := context.WithTimeout(t.Context(), deadline)
				defer cancel()
				start := time.Now()
				got := s.Cancel(ctx, a.Key(), 1000)
				if took := time.Since(start); got.Reply != tt.reply || took != tt.took {
					t.Errorf("got %s after %v, want %s after %v", got.Reply, took, tt.reply, tt.took)
				}
				if n := s.Successes(a.Key()); n != tt.charged {
					t.Errorf("charged %d times, want %d", n, tt.charged)
				}
			})
		})
	}
}

// A span of the books has the orders with a transaction in it, and survives a restart.
func TestBooksOfASpan(t *testing.T) {
	path := filepath.Join(t.TempDir(), "books.jsonl")
	synctest.Test(t, func(t *testing.T) {
		s, err := New(Config{Books: path})
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		s.Authorize(t.Context(), authorization("order-1", 1000), visa)
		<-time.After(time.Hour)
		s.Authorize(t.Context(), authorization("order-2", 1000), visa)
		<-time.After(time.Hour)
		s.Cancel(t.Context(), authorization("order-1", 1000).Key(), 1000)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		again := newSim(t, Config{Books: path})
		for name, tt := range map[string]struct {
			from, to time.Duration
			want     map[order.TransactionID]int
		}{
			"all":          {0, 2 * time.Hour, map[order.TransactionID]int{"order-1": 2, "order-2": 1}},
			"the first":    {0, time.Minute, map[order.TransactionID]int{"order-1": 2}},
			"the second":   {time.Minute, time.Hour, map[order.TransactionID]int{"order-2": 1}},
			"the cancel":   {90 * time.Minute, 2 * time.Hour, map[order.TransactionID]int{"order-1": 2}},
			"before it":    {-time.Hour, -time.Minute, nil},
			"between them": {time.Minute, 50 * time.Minute, nil},
		} {
			books, err := again.Books(t.Context(), "shop", begin.Add(tt.from), begin.Add(tt.to))
			if err != nil || len(books) != len(tt.want) {
				t.Errorf("%s: got %d orders, %v; want %d", name, len(books), err, len(tt.want))
			}
			for id, n := range tt.want {
				if got := len(books[id].Transactions); got != n {
					t.Errorf("%s: %s has %d transactions, want %d", name, id, got, n)
				}
			}
		}
		if books, err := again.Books(t.Context(), "other", begin, begin.Add(2*time.Hour)); err != nil || len(books) != 0 {
			t.Errorf("another merchant: got %v, %v", books, err)
		}
	})
}
