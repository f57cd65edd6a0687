package payment

import (
	"testing"
	"time"

	"tsunagi/server"
	"tsunagi/shared/order"
)

var sentAt = time.Date(2026, 4, 1, 3, 0, 0, 0, time.UTC)

func TestJudge(t *testing.T) {
	unknown := ivr.Attempt{
		ID: "a2", State: ivr.AttemptUnknown, SendingAt: sentAt,
		Order: order.Order{TransactionID: "order-1", Amount: 36_500, PaymentCount: "3"},
	}
	earlier := func(state ivr.AttemptState) []ivr.Attempt {
		return []ivr.Attempt{{ID: "a1", State: state, GatewayTxn: "g1", SendingAt: sentAt.Add(-20 * time.Second), Order: unknown.Order}}
	}
	line := func(kind Kind, reply Reply, of ivr.AttemptID) Transaction {
		return Transaction{ID: "g2", Kind: kind, Reply: reply, Attempt: of, Amount: 36_500, PaymentCount: "3", At: sentAt.Add(time.Second)}
	}
	with := func(l Transaction, change func(*Transaction)) Transaction {
		change(&l)
		return l
	}
	authorized := line(KindAuthorize, ReplyApproved, "a2")
	anonymous := line(KindAuthorize, ReplyApproved, "")

	tests := []struct {
		name   string
		others []ivr.Attempt
		books  []Transaction
		want   Event
		cause  string
	}{
		{"success", nil, []Transaction{authorized}, FoundPaid, "by_inquiry"},
		{"success, the acquirer not giving the attempt back", nil, []Transaction{anonymous}, FoundPaid, "by_inquiry"},
		{"success of another amount", nil,
			[]Transaction{with(authorized, func(l *Transaction) { l.Amount = 36_501 })}, GivenUp, "other_amount"},
		{"success with another payment count", nil,
			[]Transaction{with(authorized, func(l *Transaction) { l.PaymentCount = "1" })}, GivenUp, "other_amount"},
		{"success, the payment count not told", nil,
			[]Transaction{with(authorized, func(l *Transaction) { l.PaymentCount = "" })}, FoundPaid, "by_inquiry"},
		{"success an hour before we asked", nil,
			[]Transaction{with(anonymous, func(l *Transaction) { l.At = sentAt.Add(-time.Hour) })}, GivenUp, "not_ours"},
		{"success of an attempt that is not ours", nil, []Transaction{line(KindAuthorize, ReplyApproved, "x9")}, GivenUp, "not_ours"},
		{"success, then cancelled", nil, []Transaction{authorized, line(KindCancel, ReplyApproved, "")}, FoundVoided, "by_gateway"},
		{"success, a cancel refused", nil, []Transaction{authorized, line(KindCancel, ReplyDeclined, "")}, FoundPaid, "by_inquiry"},
		{"failure", nil, []Transaction{line(KindAuthorize, ReplyDeclined, "a2")}, FoundRefused, "by_inquiry"},
		{"pending", nil, []Transaction{line(KindAuthorize, ReplyPending, "a2")}, "", "pending"},
		{"nothing", nil, nil, FoundNothing, "not_found"},
		{"only the refusal of the card before", earlier(ivr.AttemptDeclined),
			[]Transaction{line(KindAuthorize, ReplyDeclined, "a1")}, FoundNothing, "not_found"},
		{"only the refusal of the card before, the attempt not given back", earlier(ivr.AttemptDeclined),
			[]Transaction{with(line(KindAuthorize, ReplyDeclined, ""), func(l *Transaction) { l.ID = "g1" })}, FoundNothing, "not_found"},
		{"the refusal of the card before, and our success", earlier(ivr.AttemptDeclined),
			[]Transaction{line(KindAuthorize, ReplyDeclined, "a1"), authorized}, FoundPaid, "by_inquiry"},
		{"an earlier attempt, taken for not charged, has paid", earlier(ivr.AttemptNotCharged),
			[]Transaction{line(KindAuthorize, ReplyApproved, "a1"), line(KindAuthorize, ReplyDeclined, "a2")},
			FoundBefore, ivr.CausePaidBefore},
		{"an earlier attempt that was refused has paid: a contradiction", earlier(ivr.AttemptDeclined),
			[]Transaction{line(KindAuthorize, ReplyApproved, "a1")}, GivenUp, "not_ours"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := judge(unknown, tt.others, Inquiry{Transactions: tt.books})
			if got.event != tt.want || got.cause != tt.cause {
				t.Errorf("got %q (%s), want %q (%s)", got.event, got.cause, tt.want, tt.cause)
			}
		})
	}
}
