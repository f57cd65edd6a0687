package flow

import (
	"tsunagi/server"
	"tsunagi/shared/message"
)

// maxReturns is how often a customer is brought back: a returned call may be
// transferred to the IVR once more, and a third return is refused (product.md 6.8).
const maxReturns = 2

// mayReturn tells whether this call can bring its customer back.
func (c Call) mayReturn() bool {
	return c.settings.Return != ivr.ReturnOff && c.returns < maxReturns && !c.stopping
}

// returnDue tells whether the customer goes back to the operator after the last
// guidance: the result was heard, or the entries are used up.
func (c Call) returnDue() bool {
	return c.settings.Return != ivr.ReturnOff &&
		(c.end == ivr.EndCompleted || c.end == ivr.EndEntryFailed)
}

// returnCall calls the operator for the customer: product.md 6.8. The operator reads
// the result before the telephone rings; an unknown one was told by W406 already.
func (s *step) returnCall() {
	s.state, s.end = StateReturning, ""
	s.digits, s.invalid = 0, 0
	s.unpaid()
	s.stopTimer()
	switch s.outcome {
	case ivr.OutcomePaid:
		s.do(Notify{message.I402})
	case ivr.OutcomeNotPaid:
		s.do(Notify{message.I405})
	}
	s.do(Tell{Point: message.OperatorTransfer})
	s.play(GuidanceReturning)
	s.dial = s.next()
	s.do(DialOperator{Turn: s.dial, Mode: s.settings.Return})
	s.startTimer(s.settings.ReturnWait)
}

// inReturning waits for the operator to answer.
func (s *step) inReturning(ev Event) {
	switch ev := ev.(type) {
	case PlayedOut:
		if s.heard(ev) {
			s.loop(GuidanceRingback)
		}
	case OperatorAnswered:
		if s.dialled(ev.Turn) {
			s.join()
		}
	case TransferFailed:
		if s.dialled(ev.Turn) {
			s.close(ivr.EndTransferFailed, GuidanceTransferFailed)
		}
	case TimerFired:
		if s.passed(ev) {
			s.do(DropOperator{})
			s.dial = 0
			s.close(ivr.EndTransferFailed, GuidanceTransferFailed)
		}
	case HungUp:
		s.finish(ivr.EndHungUp)
	case Stopped:
		s.finish(ivr.EndServerStopped)
	case Broken:
		s.finish(ivr.EndFault)
	}
}

// dialled tells whether the turn is that of the open dialling or joining, and takes
// note that it is answered.
func (s *step) dialled(t Turn) bool {
	if t == 0 || t != s.dial {
		return false
	}
	s.dial = 0
	return true
}

// join brings the two together. After a blind transfer the PBX has done so already.
func (s *step) join() {
	s.do(Tell{Point: message.OperatorReturn})
	if s.settings.Return == ivr.ReturnBlind {
		s.finish(ivr.EndReturned)
		return
	}
	s.state = StateJoined
	s.stopTimer()
	s.stop()
	s.joinBy(s.settings.Return)
}

func (s *step) joinBy(mode ivr.ReturnCall) {
	s.dial, s.relayed = s.next(), mode == ivr.ReturnBridge
	s.do(Join{Turn: s.dial, Mode: mode})
}

// inJoined lasts until the PBX holds the conversation, or, where its media are
// relayed, until one of the two hangs up.
func (s *step) inJoined(ev Event) {
	switch ev := ev.(type) {
	case Joined:
		if !s.relayed && s.dialled(ev.Turn) {
			s.finish(ivr.EndReturned)
		}
	case TransferFailed:
		switch {
		case !s.dialled(ev.Turn):
		case s.relayed:
			s.do(DropOperator{})
			s.close(ivr.EndTransferFailed, GuidanceTransferFailed)
		default:
			// The PBX refuses to join the lines itself.
			s.joinBy(ivr.ReturnBridge)
		}
	case OperatorHungUp:
		// A PBX that is joining the two ends this leg: what became of it is still to come.
		if s.relayed {
			s.finish(ivr.EndReturned)
		}
	case HungUp:
		s.finish(ivr.EndReturned)
	case Stopped:
		s.finish(ivr.EndServerStopped)
	case Broken:
		s.finish(ivr.EndFault)
	}
}
