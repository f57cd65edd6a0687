package flow

import (
	"tsunagi/server"
	"tsunagi/server/card"
)

// State is where the call stands.
func (c Call) State() State { return c.state }

// Ended tells whether the call is over: recorded, wiped and hung up.
func (c Call) Ended() bool { return c.state == StateEnded }

// Deadline tells whether the timer that runs is one the operator watches: the end of
// the send window or of the handover wait.
func (c Call) Deadline() bool {
	return c.state == StateSendWindow || c.state == StateHandover
}

// Field is the field that the customer is being asked for; empty where none is.
func (c Call) Field() card.Field { return c.field() }

// Digits is how many digits are keyed in the open field, never which.
func (c Call) Digits() int { return c.digits }

// RetriesLeft is how many entries of the open field may still be invalid, this one
// included, before the call ends; 0 where no field is open.
func (c Call) RetriesLeft() int {
	if c.field() == "" {
		return 0
	}
	return c.settings.EntryRetries - c.invalid
}

// CardsLeft is how many cards may still be tried, the current one included.
func (c Call) CardsLeft() int { return c.cardsLeft }

// Outcome is what became of the payment, as far as it is known.
func (c Call) Outcome() ivr.Outcome { return c.outcome }

// End is how the call ended, or will have ended once the last guidance is heard or
// the acquirer has answered; empty while that is open.
func (c Call) End() ivr.End { return c.end }

// CardAccepted tells whether brand and last four of the card may be shown: its
// number was found valid, and it is still the card in use.
func (c Call) CardAccepted() bool { return c.brand != "" }

// CustomerReached tells whether the customer is, or was, on the line: the monitoring
// pane has rows of this call.
func (c Call) CustomerReached() bool { return c.reached }

// MayReturn tells whether the customer can still be brought back to the operator, at
// the end or by 0 and # at the card number.
func (c Call) MayReturn() bool { return c.mayReturn() }

// Returns is how often the customer of this call was brought back to the operator
// before it.
func (c Call) Returns() int { return c.returns }

// CanTakeOrder tells whether an order would be taken now. Ask before writing one
// down; where it is false the answer to the operator is F303.
func (c Call) CanTakeOrder() bool { return c.state == StateSendWindow }

// CanAskAgain tells whether the operator's 「入力をやり直す」 would be carried out now.
func (c Call) CanAskAgain() bool { return c.field() != "" }

// CanAbort tells whether the operator's 「中断」 would be carried out now: until the
// acquirer is asked. After that the call ends by itself.
func (c Call) CanAbort() bool {
	switch c.state {
	case StateSendWindow, StateHandover, StateRingback, StateGreeting,
		StateCardNumber, StateExpiry, StateSecurityCode:
		return true
	}
	return false
}

// asked carries out one of the operator's buttons where it is allowed.
func (s *step) asked(ev Asked) {
	switch {
	case ev.Request == Again && s.CanAskAgain():
		s.again()
	case ev.Request == Abort && s.CanAbort():
		s.close(ivr.EndAborted, GuidanceAborted)
	}
}
