package flow

import (
	"time"

	"tsunagi/server"
	"tsunagi/shared/message"
)

// close ends the call with a last guidance. The end is decided now; hanging up
// during the guidance does not change it, except that a result was not heard.
func (s *step) close(end ivr.End, g Guidance) {
	s.stopTimer()
	s.wipe()
	s.end, s.check, s.invalid = end, 0, 0
	s.state = StateClosing
	if s.reached {
		s.state = StateResult
		s.unpaid()
	}
	s.play(g)
	if end == ivr.EndFault {
		// What has failed may be what plays.
		s.startTimer(faultWait)
	}
}

// faultWait is how long a last guidance may take to be heard in a call that a part of
// the server has failed.
const faultWait = 15 * time.Second

// inLastGuidance is Closing and Result: the guidance plays to its end.
func (s *step) inLastGuidance(ev Event) {
	switch ev := ev.(type) {
	case PlayedOut:
		switch {
		case !s.heard(ev):
		case s.returnDue() && s.mayReturn():
			s.returnCall()
		case s.returnDue() && s.returns >= maxReturns && s.playing != GuidanceReturnRefused:
			s.play(GuidanceReturnRefused)
		default:
			s.finish(s.end)
		}
	case TimerFired:
		if s.passed(ev) {
			s.finish(s.end)
		}
	case HungUp:
		s.cut(ivr.EndHungUp)
	case Stopped:
		s.cut(ivr.EndServerStopped)
	case Broken:
		s.cut(ivr.EndFault)
	}
}

// cut ends a last guidance before its end.
func (s *step) cut(end ivr.End) {
	if s.end != ivr.EndCompleted {
		end = s.end
	}
	s.finish(end)
}

// finish ends the call here and now. What is written comes first, then who is told,
// then the line: whoever sees the call end finds it recorded.
func (s *step) finish(end ivr.End) {
	arrived := s.state != StateNew
	s.stopTimer()
	s.stop()
	s.wipe()
	s.unpaid()
	s.end, s.state = end, StateEnded
	s.check, s.dial = 0, 0
	s.do(Record{End: end, Outcome: s.outcome})
	switch {
	case s.reached:
		s.do(Tell{Point: s.lastPoint()})
	case arrived && end != ivr.EndChannelsFull:
		// The customer never reached the IVR: product.md 4, F301.
		s.do(Notify{message.F301})
	}
	s.do(Bye{})
}

// unpaid: with the customer on the line, a call that closes without an answer of the
// acquirer is one whose payment was not made.
func (s *step) unpaid() {
	if s.reached && s.outcome == ivr.OutcomeNone {
		s.outcome = ivr.OutcomeNotPaid
	}
}

// lastPoint is the row that closes the call.
func (c Call) lastPoint() message.Point {
	failed := c.end == ivr.EndTransferFailed
	switch c.outcome {
	case ivr.OutcomePaid:
		if failed {
			return message.TransferFailedOK
		}
		return message.EndedOK
	case ivr.OutcomeUnknown:
		if failed {
			return message.TransferFailedOnHold
		}
		return message.EndedOnHold
	}
	if failed {
		return message.TransferFailedNG
	}
	return message.EndedNG
}
