package faults

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tsunagi/server"
	"tsunagi/server/phone"
	"tsunagi/server/store"
	"tsunagi/shared/order"
)

// heard is what the customer of one call was told.
type heard struct {
	order   order.TransactionID
	outcome phone.Outcome
}

// charged reads from the gateway's books which orders are charged now, and how often.
func (s *site) charged() map[order.TransactionID]int {
	counts := make(map[order.TransactionID]int)
	for _, entry := range s.gateway.Ledger("") {
		counts[order.TransactionID(entry.Order)] = entry.Successes
	}
	return counts
}

// withJournal reads the journal of a server that does not run.
func (s *site) withJournal(do func(*store.Store)) {
	s.t.Helper()
	if s.Runs() {
		s.t.Fatal("the server runs")
	}
	db, err := store.Open(context.Background(), s.Database())
	if err != nil {
		s.t.Fatal(err)
	}
	do(db)
	if err := db.Close(); err != nil {
		s.t.Error(err)
	}
}

// check compares books, journal and ears while the server is dead (I1 to I4).
func (s *site) check(when string, all []heard) {
	s.t.Helper()
	counts := s.charged()
	calls := make(map[order.TransactionID]int)
	for _, h := range all {
		calls[h.order]++
	}
	s.withJournal(func(db *store.Store) {
		if err := db.VerifyAttemptEvents(context.Background()); err != nil {
			s.t.Errorf("%s: %v", when, err)
		}
		for id := range calls {
			attempts, err := db.AttemptsOf(context.Background(), "shop", id)
			if err != nil {
				s.t.Fatal(err)
			}
			s.checkOrder(when, id, counts[id], attempts)
		}
	})
	for _, h := range all {
		switch {
		case h.outcome == phone.Paid && counts[h.order] != 1:
			s.t.Errorf("%s: I4: told OK for %s, charged %d times", when, h.order, counts[h.order])
		case h.outcome == phone.Declined && calls[h.order] == 1 && counts[h.order] != 0:
			s.t.Errorf("%s: I4: told NG for %s, charged %d times", when, h.order, counts[h.order])
		}
	}
}

func (s *site) checkOrder(when string, id order.TransactionID, charged int, attempts []ivr.Attempt) {
	s.t.Helper()
	covered, approved := false, false
	var states []string
	for _, a := range attempts {
		states = append(states, string(a.State)+" ("+a.Cause+")")
		approved = approved || a.State == ivr.AttemptApproved
		covered = covered || approved || a.State == ivr.AttemptSending || a.Outcome() == ivr.OutcomeUnknown
	}
	switch {
	case charged > 1:
		s.t.Errorf("%s: I1: %s charged %d times; journal: %v", when, id, charged, states)
	case charged == 1 && !covered:
		s.t.Errorf("%s: I2: %s is charged; journal: %v", when, id, states)
	case charged == 0 && approved:
		s.t.Errorf("%s: I3: %s is not charged; journal: %v", when, id, states)
	}
}

// settleAll lets the time pass that inquiries need, by moving the journal's clock back
// instead of waiting, and wants every attempt settled (I5).
func (s *site) settleAll() {
	s.t.Helper()
	// Twice not found and more than ten minutes after: two starts, 20 minutes apart.
	for range 3 {
		s.backdate(20 * time.Minute)
		s.Start()
		open := s.waitSettled(15 * time.Second)
		s.kill()
		if open == 0 {
			return
		}
	}
	s.withJournal(func(db *store.Store) {
		for _, state := range []ivr.AttemptState{ivr.AttemptSending, ivr.AttemptUnknown, ivr.AttemptManual} {
			attempts, err := db.AttemptsIn(context.Background(), state)
			if err != nil {
				s.t.Fatal(err)
			}
			for _, a := range attempts {
				s.t.Errorf("I5: order %s is still %s (%s)", a.Order.TransactionID, a.State, a.Cause)
			}
		}
	})
}

// waitSettled waits until nothing is UNKNOWN, or the limit, and tells what is.
func (s *site) waitSettled(limit time.Duration) (open int) {
	s.t.Helper()
	db, err := store.Open(context.Background(), s.Database())
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // reading only
	end := time.NewTimer(limit)
	defer end.Stop()
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for {
		attempts, err := db.AttemptsIn(context.Background(), ivr.AttemptUnknown)
		if err != nil {
			s.t.Fatal(err)
		}
		if open = len(attempts); open == 0 {
			return 0
		}
		select {
		case <-look.C:
		case <-end.C:
			return open
		}
	}
}

// checkFiles looks for the card in all that the site has written (I6).
func (s *site) checkFiles() {
	s.t.Helper()
	err := filepath.WalkDir(s.Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		for _, secret := range []string{pan, "4111 1111", "4111-1111"} {
			if bytes.Contains(content, []byte(secret)) {
				s.t.Errorf("I6: %s has the card's number", path)
			}
		}
		return err
	})
	if err != nil {
		s.t.Error(err)
	}
}

// summary counts the journal's attempts by their end, for the report.
func (s *site) summary(t *testing.T, all []heard) {
	ends, ears := make(map[ivr.AttemptState]int), make(map[phone.Outcome]int)
	s.withJournal(func(db *store.Store) {
		attempts, err := db.AttemptsBetween(context.Background(), time.Unix(0, 0), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range attempts {
			ends[a.State]++
		}
	})
	for _, h := range all {
		ears[h.outcome]++
	}
	t.Logf("%d calls, %d lives; journal %v; customers heard %v", len(all), *lives, ends, ears)
}
