package payment

import (
	"testing"
	"time"

	"tsunagi/server"
	"tsunagi/shared/order"
)

func TestCompare(t *testing.T) {
	ours := func(state ivr.AttemptState) ivr.Attempt {
		return ivr.Attempt{ID: "a1", State: state, Order: order.Order{TransactionID: "order-1", Amount: 1000}}
	}
	withCapture := ours(ivr.AttemptApproved)
	withCapture.Capture = true
	line := func(kind Kind, reply Reply) Transaction { return Transaction{Kind: kind, Reply: reply, Amount: 1000} }
	success, refusal := line(KindAuthorize, ReplyApproved), line(KindAuthorize, ReplyDeclined)
	captured, cancelled := line(KindCapture, ReplyApproved), line(KindCancel, ReplyApproved)
	dearer := success
	dearer.Amount = 1001

	tests := []struct {
		name  string
		ours  []ivr.Attempt
		books []Transaction
		want  DifferenceKind // empty: they agree
		their Standing
	}{
		{"nothing at all", nil, nil, "", ""},
		{"paid", []ivr.Attempt{ours(ivr.AttemptApproved)}, []Transaction{success}, "", ""},
		{"refused, then paid", []ivr.Attempt{ours(ivr.AttemptDeclined), ours(ivr.AttemptApproved)}, []Transaction{refusal, success}, "", ""},
		{"captured", []ivr.Attempt{ours(ivr.AttemptCaptured)}, []Transaction{success, captured}, "", ""},
		{"captured at once", []ivr.Attempt{withCapture}, []Transaction{success, captured}, "", ""},
		{"voided", []ivr.Attempt{ours(ivr.AttemptVoided)}, []Transaction{success, cancelled}, "", ""},
		{"voided, then paid", []ivr.Attempt{ours(ivr.AttemptVoided), ours(ivr.AttemptApproved)}, []Transaction{success, cancelled, success}, "", ""},
		{"refused there, unknown to us", nil, []Transaction{refusal}, "", ""},
		{"not sent", []ivr.Attempt{ours(ivr.AttemptNotSent)}, nil, "", ""},
		{"being settled", []ivr.Attempt{ours(ivr.AttemptUnknown)}, []Transaction{success}, "", ""},
		{"being cancelled", []ivr.Attempt{ours(ivr.AttemptVoiding)}, []Transaction{success}, "", ""},
		{"charged twice", []ivr.Attempt{ours(ivr.AttemptApproved)}, []Transaction{success, success}, ChargedTwice, StandsAuthorized},
		{"only there", nil, []Transaction{success}, OnlyTheirs, StandsAuthorized},
		{"only here", []ivr.Attempt{ours(ivr.AttemptApproved)}, nil, OnlyOurs, StandsNowhere},
		{"paid here, refused there", []ivr.Attempt{ours(ivr.AttemptApproved)}, []Transaction{refusal}, OtherState, StandsRefused},
		{"refused here, paid there", []ivr.Attempt{ours(ivr.AttemptDeclined)}, []Transaction{success}, OtherState, StandsAuthorized},
		{"thought not charged", []ivr.Attempt{ours(ivr.AttemptNotCharged)}, []Transaction{success}, OtherState, StandsAuthorized},
		{"voided here, standing there", []ivr.Attempt{ours(ivr.AttemptVoided)}, []Transaction{success}, OtherState, StandsAuthorized},
		{"standing here, cancelled there", []ivr.Attempt{ours(ivr.AttemptApproved)}, []Transaction{success, cancelled}, OtherState, StandsCancelled},
		{"captured there only", []ivr.Attempt{ours(ivr.AttemptApproved)}, []Transaction{success, captured}, OtherState, StandsCaptured},
		{"captured here only", []ivr.Attempt{ours(ivr.AttemptCaptured)}, []Transaction{success}, OtherState, StandsAuthorized},
		{"another amount", []ivr.Attempt{ours(ivr.AttemptApproved)}, []Transaction{dearer}, OtherAmount, StandsAuthorized},
		{"a person decides", []ivr.Attempt{ours(ivr.AttemptManual)}, []Transaction{success}, OtherState, StandsAuthorized},
		{"not cancelled, as both know", []ivr.Attempt{ours(ivr.AttemptVoidFailed)}, []Transaction{success}, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := compare(OrderKey{"shop", "order-1"}, tt.ours, Inquiry{Transactions: tt.books})
			if ok != (tt.want == "") || got.Kind != tt.want || got.Theirs != tt.their {
				t.Errorf("got %q (%s), want %q (%s)", got.Kind, got.Theirs, tt.want, tt.their)
			}
		})
	}
}

func TestNextRecheck(t *testing.T) {
	found := ivr.Attempt{DoneAt: sentAt, InquiredAt: sentAt.Add(-time.Second)}
	asked := func(after time.Duration) ivr.Attempt {
		a := found
		a.InquiredAt = sentAt.Add(after)
		return a
	}
	tests := []struct {
		name string
		a    ivr.Attempt
		now  time.Duration
		want time.Duration // 0: no more
	}{
		{"just found", found, 0, time.Hour},
		{"asked an hour later", asked(time.Hour), time.Hour, 24 * time.Hour},
		{"the server stood still for the first", found, 5 * time.Hour, 5 * time.Hour},
		{"the server stood still for both", found, 50 * time.Hour, 50 * time.Hour},
		{"asked twice", asked(24 * time.Hour), 24 * time.Hour, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			at, ok := nextRecheck(tt.a, sentAt.Add(tt.now))
			if ok != (tt.want > 0) || ok && !at.Equal(sentAt.Add(tt.want)) {
				t.Errorf("got %v, %t; want %v", at.Sub(sentAt), ok, tt.want)
			}
		})
	}
}

func TestNextVoid(t *testing.T) {
	a := ivr.Attempt{DoneAt: sentAt}
	for now, want := range map[time.Duration]time.Duration{
		0: 5 * time.Second, 5 * time.Second: 15 * time.Second, time.Minute: 2 * time.Minute,
		30 * time.Minute: time.Hour, 47*time.Hour + 1: 48 * time.Hour, 48 * time.Hour: 0,
	} {
		at, ok := nextVoid(a, sentAt.Add(now))
		if ok != (want > 0) || ok && !at.Equal(sentAt.Add(want)) {
			t.Errorf("%v after: got %v, %t; want %v", now, at.Sub(sentAt), ok, want)
		}
	}
}
