package flow

import (
	"tsunagi/server"
	"tsunagi/shared/message"
)

// authorize asks the acquirer: product.md 6.7.
func (s *step) authorize() {
	s.state = StateAuthorizing
	s.stopTimer()
	s.digits, s.invalid = 0, 0
	s.attempts++
	s.inquiry = s.next()
	s.do(Tell{Point: message.Authorizing})
	s.play(GuidancePleaseWait)
	s.do(Authorize{Turn: s.inquiry, Attempt: s.attempts})
}

// inAuthorizing waits for the acquirer, whatever happens to the line: the question
// cannot be unasked, so nothing but Answered leads out.
func (s *step) inAuthorizing(ev Event) {
	switch ev := ev.(type) {
	case PlayedOut:
		if s.heard(ev) {
			s.loop(GuidanceHoldMusic)
		}
	case Answered:
		if ev.Turn != 0 && ev.Turn == s.inquiry {
			s.inquiry = 0
			s.answered(ev)
		}
	case HeldTooLong:
		// The request has left or never will: what is read of the vault is read at once.
		s.do(emptied()...)
	case HungUp:
		s.lost(ivr.EndHungUp)
	case Broken:
		s.lost(ivr.EndFault)
	case Stopped:
		s.stopping = true
	}
}

// lost takes note of how the call will have ended once the acquirer has answered.
func (s *step) lost(end ivr.End) {
	if s.end == "" {
		s.end = end
	}
	s.stop()
}

// answered tells the result. The card goes first: before anything of the result is
// told, the security code is no longer in memory.
func (s *step) answered(ev Answered) {
	switch ev.Outcome {
	case ivr.OutcomePaid:
		s.settled(ivr.OutcomePaid)
		s.do(Tell{message.AuthorizedOK, message.ResultOK, ev.Code, ev.Message})
		s.announce(GuidanceApproved)
	case ivr.OutcomeNotPaid:
		s.cardsLeft--
		if ev.Mendable && s.cardsLeft > 0 && s.end == "" && !s.stopping {
			s.otherCard(ev)
			return
		}
		s.settled(ivr.OutcomeNotPaid)
		s.do(Tell{message.AuthorizedNG, message.ResultNG, ev.Code, ev.Message})
		s.announce(GuidanceDeclined)
	default:
		s.settled(ivr.OutcomeUnknown)
		s.do(Tell{message.AuthorizedOnHold, message.ResultHold, ev.Code, ev.Message})
		s.do(Notify{message.W406})
		s.announce(GuidanceOnHold)
	}
}

func (s *step) settled(o ivr.Outcome) {
	s.wipe()
	s.outcome = o
}

// otherCard begins again with another card under the same transaction ID.
func (s *step) otherCard(ev Answered) {
	s.do(emptied()...)
	s.do(Tell{message.AuthorizedNG, message.ResultNG, ev.Code, ev.Message})
	s.state, s.brand = StateCardNumber, ""
	s.digits, s.early, s.pound = 0, false, false
	s.play(GuidanceOtherCard)
}

// announce lets the customer hear the result, or ends the call where nobody is left
// to hear it.
func (s *step) announce(g Guidance) {
	if s.end != "" {
		s.finish(s.end)
		return
	}
	s.close(ivr.EndCompleted, g)
}
