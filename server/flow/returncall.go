package flow

import (
	"tsunagi/server"
	"tsunagi/shared/message"
)

// maxReturns is how often a customer is brought back: a returned call may be
// transferred to the IVR once more, and a third return is refused (product.md 6.8).
const maxReturns = 2

// mayReturn tells whether this call can bring its customer back at all.
func (c Call) mayReturn() bool {
	return c.settings.Return != ivr.ReturnOff && c.returns < maxReturns && !c.stopping
}

// returnFollows tells whether the last guidance is not the end: the customer has
// heard the result, or has used up the entries.
func (c Call) returnFollows() bool {
	return c.mayReturn() && (c.end == ivr.EndCompleted || c.end == ivr.EndEntryFailed)
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
	s.dial = s.next()
	s.do(Join{Turn: s.dial, Mode: s.settings.Return})
}

// inJoined lasts until the PBX holds the conversation, or, where its media are
// relayed, until one of the two hangs up.
func (s *step) inJoined(ev Event) {
	switch ev := ev.(type) {
	case Joined:
		if s.dialled(ev.Turn) {
			s.finish(ivr.EndReturned)
		}
	case TransferFailed:
		if s.dialled(ev.Turn) {
			s.bridge()
		}
	case OperatorHungUp, HungUp:
		s.finish(ivr.EndReturned)
	case Stopped:
		s.finish(ivr.EndServerStopped)
	case Broken:
		s.finish(ivr.EndFault)
	}
}

// bridge relays the media where the PBX refuses to join the lines itself. It is not
// answered, so no turn stays open.
func (s *step) bridge() {
	s.do(Join{Turn: s.next(), Mode: ivr.ReturnBridge})
}
