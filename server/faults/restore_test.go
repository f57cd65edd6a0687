package faults

import (
	"context"
	"os"
	"strings"
	"testing"

	"tsunagi/server"
	lab "tsunagi/server/e2e/site"
	"tsunagi/server/phone"
	"tsunagi/server/store"
	"tsunagi/shared/order"
)

// Two servers on one database would each take the other's attempts for left behind.
func TestASecondServerIsRefused(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	defer s.kill()
	s.Start()
	out, err := s.Try("serve", "--config", s.Config())
	if err == nil || !strings.Contains(out, "another tsunagid serves this database") {
		t.Errorf("got %v\n%s", err, out)
	}
	s.kill()
	s.Start() // the lock of a process that was killed holds nobody up
}

// A database from before a payment is put back: the payment is in the journal again
// before the first call is taken, and the order is not paid twice.
func TestAnOldBackupIsPutBack(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	defer s.kill()
	form := order.Form{TransactionID: "T-1", Amount: "4980", PaymentCount: "1"}
	pay := func() phone.Outcome {
		ctx, cancel := context.WithTimeout(t.Context(), lab.Patience)
		defer cancel()
		o := s.operators[0]
		o.token = "" // the backup does not know the session of afterwards
		if err := o.connect(ctx); err != nil {
			t.Fatal(err)
		}
		defer o.leave()
		return o.serve(ctx, form, cardFor(false)).Outcome
	}
	s.withJournal(func(*store.Store) {}) // folds the log into the file
	first := s.operators[0].password
	backup, err := os.ReadFile(s.Database())
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	if got := pay(); got != phone.Paid {
		t.Fatalf("the first time: %s", got)
	}
	s.kill()
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.Remove(s.Database() + suffix); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(s.Database(), backup, 0o600); err != nil {
		t.Fatal(err)
	}
	s.operators[0].password = first
	s.Start()
	s.Log.Wait(t, "the database was restored")
	s.Log.Wait(t, "the restored journal is reconciled")
	s.waitSettled(lab.Patience)
	if got := pay(); got == phone.Paid {
		t.Error("paid again")
	}
	s.kill()
	if n := s.charged()["T-1"]; n != 1 {
		t.Errorf("charged %d times", n)
	}
	s.withJournal(func(db *store.Store) {
		attempts, err := db.AttemptsOf(t.Context(), "shop", "T-1")
		if err != nil || len(attempts) != 1 || attempts[0].State != ivr.AttemptApproved || attempts[0].Order.Amount != 4980 {
			t.Errorf("the journal: %+v, %v", attempts, err)
		}
	})
}
