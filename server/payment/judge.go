package payment

import (
	"time"

	"tsunagi/server"
)

// An acquirer's clock and ours differ, and a request takes its time: a transaction
// that bears no attempt is taken for one of ours inside this window around the
// moment the attempt was written down.
const (
	windowBefore = time.Minute
	windowAfter  = 10 * time.Minute
)

// causePending is the cause of an attempt of which the acquirer itself does not know
// yet what became of it.
const causePending = "pending"

// finding is what an inquiry says about one attempt.
type finding struct {
	event       Event         // FoundPaid, FoundRefused, FoundVoided, FoundBefore, FoundNothing, GivenUp; empty: still open
	cause       string        // why
	transaction Transaction   // the line of the books that says so
	before      ivr.AttemptID // of FoundBefore: which attempt had paid
}

// judge reads the acquirer's books about the order of a, an UNKNOWN attempt. others
// are the order's other attempts. It decides only what the books leave no doubt of:
// a success nobody of ours can have made, or one of another amount, is for a person.
func judge(a ivr.Attempt, others []ivr.Attempt, books Inquiry) finding {
	success, paid := lastSuccess(books)
	if paid {
		return judgePaid(a, others, success)
	}
	own, known := lastOf(a, others, books)
	switch {
	case !known:
		return finding{event: FoundNothing, cause: "not_found"}
	case own.Reply == ReplyDeclined:
		return finding{event: FoundRefused, cause: causeInquiry, transaction: own}
	case own.Reply == ReplyApproved:
		return finding{event: FoundVoided, cause: "by_gateway", transaction: own} // a success that a cancel has undone
	}
	return finding{cause: causePending, transaction: own}
}

// judgePaid decides for an order that has a success which nothing has undone.
func judgePaid(a ivr.Attempt, others []ivr.Attempt, success Transaction) finding {
	if success.Amount != a.Order.Amount ||
		success.PaymentCount != "" && success.PaymentCount != a.Order.PaymentCount {
		return finding{event: GivenUp, cause: "other_amount", transaction: success}
	}
	if owns(a, others, success) {
		return finding{event: FoundPaid, cause: causeInquiry, transaction: success}
	}
	for _, other := range others {
		_, reviving := Next(other.State, FoundPaid)
		if !reviving && other.Outcome() != ivr.OutcomePaid {
			continue
		}
		if success.Attempt == other.ID || success.Attempt == "" && inWindow(other, success) {
			return finding{event: FoundBefore, cause: ivr.CausePaidBefore, transaction: success, before: other.ID}
		}
	}
	return finding{event: GivenUp, cause: "not_ours", transaction: success}
}

// lastSuccess is the last approved authorization that no later cancel has undone.
func lastSuccess(books Inquiry) (last Transaction, paid bool) {
	for _, t := range books.Transactions {
		switch {
		case t.Reply != ReplyApproved:
		case t.Kind == KindAuthorize:
			last, paid = t, true
		case t.Kind == KindCancel:
			paid = false
		}
	}
	return last, paid
}

// lastOf is the last authorization in the books that is a's own.
func lastOf(a ivr.Attempt, others []ivr.Attempt, books Inquiry) (last Transaction, known bool) {
	for _, t := range books.Transactions {
		if t.Kind == KindAuthorize && owns(a, others, t) {
			last, known = t, true
		}
	}
	return last, known
}

// owns tells whether the transaction is a's. Where the acquirer does not give the
// attempt back, it is a's when it falls into a's window and when no other attempt
// has it as its own: a refusal of the card before must not settle this one.
func owns(a ivr.Attempt, others []ivr.Attempt, t Transaction) bool {
	if t.Attempt != "" {
		return t.Attempt == a.ID
	}
	for _, other := range others {
		if t.ID != "" && other.GatewayTxn == t.ID {
			return false
		}
	}
	return inWindow(a, t)
}

func inWindow(a ivr.Attempt, t Transaction) bool {
	return !t.At.Before(a.SendingAt.Add(-windowBefore)) && !t.At.After(a.SendingAt.Add(windowAfter))
}
