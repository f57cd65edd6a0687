package payment

import (
	"cmp"
	"slices"

	"tsunagi/server"
	"tsunagi/shared/order"
)

// DifferenceKind says how the journal and the acquirer's books differ about an
// order. Spelled out in reports; append-only.
type DifferenceKind string

// The kinds.
const (
	OnlyTheirs   DifferenceKind = "only_theirs"   // they have a payment, we have no attempt at all
	OnlyOurs     DifferenceKind = "only_ours"     // we have a payment, they do not know the order
	OtherAmount  DifferenceKind = "other_amount"  // both have a payment, of different amounts
	OtherState   DifferenceKind = "other_state"   // both know the order, and it stands differently
	ChargedTwice DifferenceKind = "charged_twice" // they have more than one payment that stands
)

// Standing is how an order stands in the acquirer's books.
type Standing string

// The standings.
const (
	StandsNowhere    Standing = "unknown"    // not in the books
	StandsRefused    Standing = "refused"    // asked for, no success
	StandsPending    Standing = "pending"    // not known to the acquirer itself
	StandsAuthorized Standing = "authorized" // a success that stands
	StandsCaptured   Standing = "captured"   // a success that stands, and its amount was captured
	StandsCancelled  Standing = "cancelled"  // a success that a cancel has undone
)

// Difference is an order about which journal and books differ.
type Difference struct {
	Kind    DifferenceKind
	Order   OrderKey
	Attempt ivr.AttemptID    // ours that it is about; empty where we have none
	State   ivr.AttemptState // of that attempt
	Amount  order.Yen        // of that attempt
	Theirs  Standing
	Charged order.Yen // what stands in their books
}

// standingIn sums an order's books up: how it stands, which success that is, and how
// many successes stand.
func standingIn(books Inquiry) (s Standing, success Transaction, successes int) {
	s = StandsNowhere
	for _, t := range books.Transactions {
		switch {
		case t.Reply == ReplyApproved && t.Kind == KindAuthorize:
			s, success = StandsAuthorized, t
			successes++
		case t.Reply == ReplyApproved && t.Kind == KindCapture && successes > 0:
			s = StandsCaptured
		case t.Reply == ReplyApproved && t.Kind == KindCancel && successes > 0:
			successes--
			if successes == 0 {
				s = StandsCancelled
			}
		case t.Kind != KindAuthorize || successes > 0:
		case t.Reply == ReplyPending:
			s = StandsPending
		case s == StandsNowhere:
			s = StandsRefused
		}
	}
	return s, success, successes
}

// compare tells how the journal's attempts of an order and the acquirer's books of
// it differ; ok is true where they agree, or where an open attempt is being settled
// anyway.
func compare(key OrderKey, attempts []ivr.Attempt, books Inquiry) (d Difference, ok bool) {
	theirs, success, successes := standingIn(books)
	d = Difference{Order: key, Theirs: theirs}
	if successes > 0 {
		d.Charged = success.Amount
	}
	a, had := speaking(attempts)
	if had {
		d.Attempt, d.State, d.Amount = a.ID, a.State, a.Order.Amount
	}
	switch {
	case successes > 1:
		d.Kind = ChargedTwice
	case !had && successes > 0:
		d.Kind = OnlyTheirs
	case !had, settling(a):
		return Difference{}, true
	case standing(a) && theirs == StandsNowhere:
		d.Kind = OnlyOurs
	case standing(a) != (successes > 0):
		d.Kind = OtherState
	case successes > 0 && success.Amount != a.Order.Amount:
		d.Kind = OtherAmount
	case successes > 0 && (theirs == StandsCaptured) != (a.State == ivr.AttemptCaptured) && !a.Capture:
		d.Kind = OtherState
	default:
		return Difference{}, true
	}
	return d, false
}

// standing tells whether our journal says that the order is paid.
func standing(a ivr.Attempt) bool {
	return a.State == ivr.AttemptApproved || a.State == ivr.AttemptCaptured || a.State == ivr.AttemptVoidFailed
}

// settling tells whether somebody is at it: an inquirer or a voider.
func settling(a ivr.Attempt) bool {
	return a.State == ivr.AttemptSending || a.State == ivr.AttemptUnknown || a.State == ivr.AttemptVoiding
}

// speaking is the attempt that speaks for its order: the one that is paid, else one
// that is open, else the last.
func speaking(attempts []ivr.Attempt) (a ivr.Attempt, had bool) {
	rank := func(a ivr.Attempt) int {
		switch {
		case standing(a):
			return 2
		case a.Outcome() == ivr.OutcomeUnknown:
			return 1
		}
		return 0
	}
	for _, other := range attempts {
		if !had || rank(other) >= rank(a) {
			a, had = other, true
		}
	}
	return a, had
}

// sortDifferences puts the worst first.
func sortDifferences(list []Difference) {
	worst := []DifferenceKind{ChargedTwice, OnlyTheirs, OnlyOurs, OtherAmount, OtherState}
	slices.SortFunc(list, func(a, b Difference) int {
		return cmp.Or(
			cmp.Compare(slices.Index(worst, a.Kind), slices.Index(worst, b.Kind)),
			cmp.Compare(a.Order.TransactionID, b.Order.TransactionID))
	})
}
