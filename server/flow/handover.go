package flow

import (
	"tsunagi/server"
	"tsunagi/server/card"
	"tsunagi/shared/message"
)

// inHandover waits for the operator's 「1」: product.md 6.3.
func (s *step) inHandover(ev Event) {
	switch ev := ev.(type) {
	case Key:
		if ev.Class == One {
			s.state = StateRingback
			s.loop(GuidanceRingback)
			s.startTimer(s.settings.Ringback)
		}
	case TimerFired:
		if s.passed(ev) {
			s.close(ivr.EndHandoverExpired, GuidanceHandoverExpired)
		}
	case Asked:
		s.asked(ev)
	case HungUp:
		s.finish(ivr.EndHungUp)
	case Stopped:
		s.finish(ivr.EndServerStopped)
	case Broken:
		s.finish(ivr.EndFault)
	}
}

// inRingback gives the operator time to complete the transfer: product.md 6.4.
// Nothing tells when the customer is there, so the time is all that counts, and keys
// are those of the operator's telephone.
func (s *step) inRingback(ev Event) {
	switch ev := ev.(type) {
	case TimerFired:
		if s.passed(ev) {
			s.state, s.reached = StateGreeting, true
			s.do(Tell{Point: message.TransferTop})
			s.play(GuidanceGreeting)
		}
	case Asked:
		s.asked(ev)
	case HungUp:
		s.finish(ivr.EndHungUp)
	case Stopped:
		s.finish(ivr.EndServerStopped)
	case Broken:
		s.finish(ivr.EndFault)
	}
}

// inGreeting tells merchant and amount: product.md 6.5. It is heard to its end, also
// when keys are pressed: nobody pays an amount not heard. They are not lost though,
// see "Early digits" in the package comment.
func (s *step) inGreeting(ev Event) {
	switch ev := ev.(type) {
	case Key:
		s.keyEarly(ev.Class)
	case PlayedOut:
		if s.heard(ev) {
			s.openEarly()
		}
	case Asked:
		s.asked(ev)
	case HeldTooLong:
		s.close(ivr.EndEntryFailed, GuidanceEntryFailed)
	case HungUp:
		s.finish(ivr.EndHungUp)
	case Stopped:
		s.finish(ivr.EndServerStopped)
	case Broken:
		s.close(ivr.EndFault, GuidanceSystemError)
	}
}

// keyEarly keeps what is keyed ahead for the card number.
func (s *step) keyEarly(class Class) {
	switch class {
	case Digit:
		s.keep(card.CardNumber)
		s.pound = false
	case Star:
		s.empty(card.CardNumber)
	case Pound:
		s.pound = s.digits > 0
	}
}

// openEarly opens the card number with what was keyed ahead, if anything was.
func (s *step) openEarly() {
	s.state, s.early = StateCardNumber, s.digits > 0
	if !s.early {
		s.ask()
		return
	}
	s.playing = ""
	s.startTimer(s.settings.InterDigit)
	s.judge(card.CardNumber, s.pound)
}
