package store

import (
	"errors"
	"testing"
	"time"

	"tsunagi/server"
	"tsunagi/shared/order"
)

func TestOrderOfACall(t *testing.T) {
	s := openTest(t)
	o := orderNamed("order-1")
	for range 2 { // a repeated request
		if err := s.PutOrder(t.Context(), "call-1", operator, o, noon); err != nil {
			t.Fatal(err)
		}
	}
	other := o
	other.Amount++
	if err := s.PutOrder(t.Context(), "call-1", operator, other, noon); !errors.Is(err, ErrOtherOrder) {
		t.Errorf("another order: got %v, want ErrOtherOrder", err)
	}
	if got, err := s.Order(t.Context(), "call-1"); err != nil || got != o {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := s.Order(t.Context(), "call-2"); !errors.Is(err, ivr.ErrNotFound) {
		t.Errorf("got %v, want ivr.ErrNotFound", err)
	}
}

func record(call ivr.CallID, id order.TransactionID, outcome ivr.Outcome) ivr.Record {
	return ivr.Record{
		ID: call, Operator: operator, Caller: "0312345678", ArrivedAt: noon, EndedAt: noon.Add(time.Minute),
		Order: orderNamed(id), Outcome: outcome, End: ivr.EndCompleted,
	}
}

func TestRecord(t *testing.T) {
	s := openTest(t)
	want := record("call-1", "order-1", ivr.OutcomePaid)
	if err := s.PutRecord(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Record(t.Context(), "call-1"); err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	if err := s.PutRecord(t.Context(), want); err == nil {
		t.Error("a call was recorded twice")
	}
	if err := s.PutRecord(t.Context(), ivr.Record{ID: "call-2", Operator: operator, ArrivedAt: noon, EndedAt: noon, End: ivr.EndWindowExpired}); err != nil {
		t.Errorf("a call without an order: %v", err)
	}
}

func TestResults(t *testing.T) {
	tests := []struct {
		name     string
		recorded ivr.Outcome
		attempt  ivr.AttemptState // "": none
		want     ivr.Outcome      // "": no result
		code     string
	}{
		{"paid", ivr.OutcomePaid, ivr.AttemptApproved, ivr.OutcomePaid, "A001"},
		{"nothing asked", ivr.OutcomeNone, "", "", ""},
		{"entry failed", ivr.OutcomeNotPaid, "", ivr.OutcomeNotPaid, ""},
		{"still open", ivr.OutcomeUnknown, ivr.AttemptUnknown, ivr.OutcomeUnknown, "A001"},
		{"settled since: paid", ivr.OutcomeUnknown, ivr.AttemptApproved, ivr.OutcomePaid, "A001"},
		{"settled since: not charged", ivr.OutcomeUnknown, ivr.AttemptNotCharged, ivr.OutcomeNotPaid, "A001"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := openTest(t)
			if tt.attempt != "" {
				a := begin(t, s, attempt("a1", "order-1"))
				if err := s.MoveAttempt(t.Context(), moved(a, tt.attempt), ivr.AttemptSending); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.PutRecord(t.Context(), record("call-1", "order-1", tt.recorded)); err != nil {
				t.Fatal(err)
			}
			got, err := s.ResultsSince(t.Context(), "shop", "op1", noon)
			if err != nil {
				t.Fatal(err)
			}
			if tt.want == "" {
				if len(got) != 0 {
					t.Errorf("got %+v, want none", got)
				}
				return
			}
			if len(got) != 1 || got[0].Outcome != tt.want || got[0].Code != tt.code || got[0].Order != orderNamed("order-1") {
				t.Errorf("got %+v, want %s %s", got, tt.want, tt.code)
			}
			if tt.attempt != "" && (got[0].Brand != "VISA" || got[0].Last4 != "1111" || got[0].Message != "処理が成功しました。") {
				t.Errorf("got %+v", got[0])
			}
		})
	}
}

// A call whose order another call had open shows what became of that order.
func TestResultOfAnotherCallsAttempt(t *testing.T) {
	s := openTest(t)
	a := begin(t, s, attempt("a1", "order-1"))
	if err := s.MoveAttempt(t.Context(), moved(a, ivr.AttemptApproved), ivr.AttemptSending); err != nil {
		t.Fatal(err)
	}
	if err := s.PutRecord(t.Context(), record("call-2", "order-1", ivr.OutcomeUnknown)); err != nil {
		t.Fatal(err)
	}
	got, err := s.ResultsSince(t.Context(), "shop", "", noon)
	if err != nil || len(got) != 1 || got[0].Outcome != ivr.OutcomePaid {
		t.Errorf("got %+v, %v", got, err)
	}
	if none, err := s.ResultsSince(t.Context(), "shop", "op2", noon); err != nil || len(none) != 0 {
		t.Errorf("another operator: got %+v, %v", none, err)
	}
	if none, err := s.ResultsSince(t.Context(), "shop", "", noon.Add(time.Hour)); err != nil || len(none) != 0 {
		t.Errorf("later: got %+v, %v", none, err)
	}
}
