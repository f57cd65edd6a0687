package store

import (
	"errors"
	"reflect"
	"sync"
	"testing"
	"time"

	"tsunagi/server"
	"tsunagi/shared/order"
)

// attempt is one that is being sent, with every field at a value of its own.
func attempt(id ivr.AttemptID, transaction order.TransactionID) ivr.Attempt {
	return ivr.Attempt{
		ID: id, Call: "call-1", Operator: operator, Order: orderNamed(transaction), Number: 1, Capture: true,
		Brand: "VISA", Last4: "1111", Acquirer: "sim", State: ivr.AttemptSending, Cause: "sent",
		CreatedAt: noon, SendingAt: noon.Add(time.Millisecond),
	}
}

// moved is the attempt in another state, as far as the journal cares.
func moved(a ivr.Attempt, to ivr.AttemptState) ivr.Attempt {
	a.State, a.Cause, a.Class, a.ResultCode, a.Message = to, "answered", "success", "A001000000000000", "処理が成功しました。"
	a.AuthCode, a.GatewayTxn, a.MerchantTxn, a.Told = "000123", "g-1", "m-1", ivr.OutcomePaid
	a.WroteAt, a.DoneAt = noon.Add(2*time.Millisecond), noon.Add(time.Second)
	return a
}

func begin(t *testing.T, s *Store, a ivr.Attempt) ivr.Attempt {
	t.Helper()
	if err := s.BeginAttempt(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestAttemptIsReadAsItWasWritten(t *testing.T) {
	s := openTest(t)
	a := begin(t, s, attempt("a1", "order-1"))
	if got, err := s.Attempt(t.Context(), "a1"); err != nil || !reflect.DeepEqual(got, a) {
		t.Errorf("begun: got %+v, %v\nwant %+v", got, err, a)
	}
	a = moved(a, ivr.AttemptApproved)
	if err := s.MoveAttempt(t.Context(), a, ivr.AttemptSending); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Attempt(t.Context(), "a1"); err != nil || !reflect.DeepEqual(got, a) {
		t.Errorf("moved: got %+v, %v\nwant %+v", got, err, a)
	}
	of, err := s.AttemptsOf(t.Context(), "shop", "order-1")
	if err != nil || len(of) != 1 || !reflect.DeepEqual(of[0], a) {
		t.Errorf("of the order: got %+v, %v", of, err)
	}
}

func TestMoveComparesTheState(t *testing.T) {
	s := openTest(t)
	a := begin(t, s, attempt("a1", "order-1"))
	if err := s.MoveAttempt(t.Context(), moved(a, ivr.AttemptUnknown), ivr.AttemptSending); err != nil {
		t.Fatal(err)
	}
	if err := s.MoveAttempt(t.Context(), moved(a, ivr.AttemptApproved), ivr.AttemptSending); !errors.Is(err, ivr.ErrMoved) {
		t.Errorf("a late answer: got %v, want ivr.ErrMoved", err)
	}
	got, err := s.Attempt(t.Context(), "a1")
	if err != nil || got.State != ivr.AttemptUnknown {
		t.Errorf("state: got %s, %v; want UNKNOWN", got.State, err)
	}
	events, err := s.AttemptEvents(t.Context(), "a1")
	if err != nil || len(events) != 2 {
		t.Errorf("events: got %v, %v; want two, none of the refused move", events, err)
	}
}

func TestOneOpenAndOnePaidAttemptPerOrder(t *testing.T) {
	tests := []struct {
		state  ivr.AttemptState
		second error // of a second attempt with the same transaction ID
	}{
		{ivr.AttemptSending, ivr.ErrOrderOpen},
		{ivr.AttemptUnknown, ivr.ErrOrderOpen},
		{ivr.AttemptVoiding, ivr.ErrOrderOpen},
		{ivr.AttemptApproved, ivr.ErrOrderPaid},
		{ivr.AttemptCaptured, ivr.ErrOrderPaid},
		{ivr.AttemptDeclined, nil},
		{ivr.AttemptNotSent, nil},
		{ivr.AttemptNotCharged, nil},
		{ivr.AttemptVoided, nil},
	}
	s := openTest(t)
	for _, tt := range tests {
		t.Run(string(tt.state), func(t *testing.T) {
			id := order.TransactionID("order-" + tt.state)
			a := begin(t, s, attempt(ivr.AttemptID("first-"+tt.state), id))
			if tt.state != ivr.AttemptSending {
				if err := s.MoveAttempt(t.Context(), moved(a, tt.state), ivr.AttemptSending); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.BeginAttempt(t.Context(), attempt(ivr.AttemptID("second-"+tt.state), id)); !errors.Is(err, tt.second) {
				t.Errorf("same order: got %v, want %v", err, tt.second)
			}
			if err := s.BeginAttempt(t.Context(), attempt(ivr.AttemptID("third-"+tt.state), "other-"+id)); err != nil {
				t.Errorf("another order: got %v", err)
			}
			other := attempt(ivr.AttemptID("fourth-"+tt.state), id)
			other.Operator.Merchant = "other"
			if err := s.BeginAttempt(t.Context(), other); err != nil {
				t.Errorf("another merchant's order of that name: got %v", err)
			}
		})
	}
}

// Two calls send the same order in the same moment: one of them may.
func TestOneOfManyAttemptsBegins(t *testing.T) {
	s := openTest(t)
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			errs[i] = s.BeginAttempt(t.Context(), attempt(ivr.AttemptID('a'+rune(i)), "order-1"))
		})
	}
	wg.Wait()
	begun := 0
	for _, err := range errs {
		switch {
		case err == nil:
			begun++
		case !errors.Is(err, ivr.ErrOrderOpen):
			t.Errorf("got %v, want ivr.ErrOrderOpen", err)
		}
	}
	if begun != 1 {
		t.Errorf("begun: got %d, want 1", begun)
	}
}

func TestSecondPaidAttemptIsRefused(t *testing.T) {
	s := openTest(t)
	a := begin(t, s, attempt("a1", "order-1"))
	if err := s.MoveAttempt(t.Context(), moved(a, ivr.AttemptNotCharged), ivr.AttemptSending); err != nil {
		t.Fatal(err)
	}
	b := begin(t, s, attempt("a2", "order-1"))
	if err := s.MoveAttempt(t.Context(), moved(b, ivr.AttemptApproved), ivr.AttemptSending); err != nil {
		t.Fatal(err)
	}
	err := s.MoveAttempt(t.Context(), moved(a, ivr.AttemptApproved), ivr.AttemptNotCharged)
	if !errors.Is(err, ivr.ErrOrderPaid) {
		t.Errorf("got %v, want ivr.ErrOrderPaid", err)
	}
}

func TestNoteInquiry(t *testing.T) {
	s := openTest(t)
	a := begin(t, s, attempt("a1", "order-1"))
	if err := s.NoteInquiry(t.Context(), "a1", noon, time.Time{}); !errors.Is(err, ivr.ErrNotFound) {
		t.Errorf("of an attempt that is being sent: got %v, want ivr.ErrNotFound", err)
	}
	if err := s.MoveAttempt(t.Context(), moved(a, ivr.AttemptUnknown), ivr.AttemptSending); err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		if err := s.NoteInquiry(t.Context(), "a1", noon.Add(time.Duration(i)*time.Minute), noon); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Attempt(t.Context(), "a1")
	if err != nil || got.Inquiries != 2 || !got.InquiredAt.Equal(noon.Add(time.Minute)) || !got.NotFoundAt.Equal(noon) {
		t.Errorf("got %d inquiries, the last at %v, not found at %v, %v", got.Inquiries, got.InquiredAt, got.NotFoundAt, err)
	}
}

func TestAttemptEventsAreAppendOnly(t *testing.T) {
	s := openTest(t)
	begin(t, s, attempt("a1", "order-1"))
	for _, change := range []string{
		"UPDATE attempt_events SET to_state = 'DECLINED'", "DELETE FROM attempt_events", "DELETE FROM attempts",
	} {
		if _, err := s.write.Exec(change); err == nil {
			t.Errorf("%s: accepted", change)
		}
	}
}

func TestVerifyAttemptEventsFindsTampering(t *testing.T) {
	tests := []struct{ name, change string }{
		{"a changed row", "UPDATE attempt_events SET to_state = 'DECLINED' WHERE seq = 2"},
		{"a removed row", "DELETE FROM attempt_events WHERE seq = 2"},
		{"the last row removed", "DELETE FROM attempt_events WHERE seq = 4"},
		{"a row put in", "INSERT INTO attempt_events SELECT 9, attempt_id, to_state, 'APPROVED', at, cause, hash, hash FROM attempt_events WHERE seq = 4"},
		{"a state without an event", "UPDATE attempts SET state = 'DECLINED' WHERE attempt_id = 'a1'"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := openTest(t)
			for _, id := range []string{"1", "2"} {
				a := begin(t, s, attempt(ivr.AttemptID("a"+id), order.TransactionID("order-"+id)))
				if err := s.MoveAttempt(t.Context(), moved(a, ivr.AttemptApproved), ivr.AttemptSending); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.VerifyAttemptEvents(t.Context()); err != nil {
				t.Fatalf("untouched: %v", err)
			}
			for _, change := range []string{
				"DROP TRIGGER attempt_events_no_update", "DROP TRIGGER attempt_events_no_delete", tt.change,
			} {
				if _, err := s.write.Exec(change); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.VerifyAttemptEvents(t.Context()); !errors.Is(err, ErrTampered) {
				t.Errorf("got %v, want ErrTampered", err)
			}
		})
	}
}

// BenchmarkAttempt is the journal's share of an authorization: two commits.
func BenchmarkAttempt(b *testing.B) {
	s, err := Open(b.Context(), b.TempDir()+"/tsunagi.db")
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // the folder goes anyway
	n := 0
	for b.Loop() {
		n++
		id := time.Duration(n).String()
		a := attempt(ivr.AttemptID(id), order.TransactionID(id))
		if err := s.BeginAttempt(b.Context(), a); err != nil {
			b.Fatal(err)
		}
		if err := s.MoveAttempt(b.Context(), moved(a, ivr.AttemptApproved), ivr.AttemptSending); err != nil {
			b.Fatal(err)
		}
	}
}
