package flow

import (
	"tsunagi/server"
	"tsunagi/server/card"
	"tsunagi/shared/message"
)

// inField takes the entry of the open field: product.md 6.6. The three fields obey
// the same rules; what differs is in their words and in Checked.
func (s *step) inField(ev Event) {
	switch ev := ev.(type) {
	case Key:
		s.key(ev.Class)
	case PlayedOut:
		switch {
		case !s.heard(ev):
		case s.playing == s.question():
			s.startTimer(s.settings.FirstDigit)
		default:
			s.ask()
		}
	case TimerFired:
		switch {
		case !s.passed(ev):
		case s.digits == 0:
			s.refuse(card.Nothing)
		default:
			s.judge(s.field(), true)
		}
	case Checked:
		s.checked(ev)
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

// key acts on a key. A digit stops the prompt and counts; # without digits ends
// nothing: it is the # of an entry that was full without it.
func (s *step) key(class Class) {
	f := s.field()
	switch class {
	case Digit:
		s.stop()
		s.keep(f)
		s.early, s.pound = false, false
		s.startTimer(s.settings.InterDigit)
		if s.digits >= f.FullFrom() {
			s.judge(f, false)
		}
	case Star:
		s.again()
	case Pound:
		if s.digits > 0 {
			s.early, s.pound = false, true
			s.judge(f, true)
		}
	}
}

// checked acts on what the vault found. The timer goes on while more digits may come.
func (s *step) checked(ev Checked) {
	if ev.Turn == 0 || ev.Turn != s.check {
		return
	}
	s.check = 0
	switch ev.Finding {
	case card.Incomplete:
		if s.timer == 0 {
			s.startTimer(s.settings.InterDigit)
		}
	case card.Valid:
		s.accept(ev.Brand)
	case card.Zero:
		if s.pound && s.mayReturn() {
			s.wipe()
			s.returnCall()
			return
		}
		s.refuse(card.TooShort)
	default:
		s.refuse(ev.Finding)
	}
}

// accept goes on to the next field, or to the acquirer after the last.
func (s *step) accept(b card.Brand) {
	switch s.state {
	case StateCardNumber:
		s.do(Tell{Point: message.CardNumberTaken})
		s.brand = b
		s.open(StateExpiry)
		return
	case StateExpiry:
		s.do(Tell{Point: message.ExpiryTaken})
		if s.settings.SecurityCode {
			s.open(StateSecurityCode)
			return
		}
	case StateSecurityCode:
		s.do(Tell{Point: message.CodeTaken})
	}
	s.do(Tell{Point: message.CardTaken})
	s.authorize()
}

// refuse says what was wrong and asks again, as often as the merchant allows. What
// was keyed before the question and left unfinished costs nothing: it may have been
// the operator's telephone.
func (s *step) refuse(found card.Finding) {
	if s.early && found == card.TooShort {
		s.empty(s.field())
		s.ask()
		return
	}
	s.invalid++
	if s.invalid >= s.settings.EntryRetries {
		s.close(ivr.EndEntryFailed, GuidanceEntryFailed)
		return
	}
	s.empty(s.field())
	s.stopTimer()
	s.play(wrong(s.field(), found, s.brand))
}

// open begins a field from nothing.
func (s *step) open(field State) {
	s.state, s.invalid = field, 0
	s.digits, s.early, s.pound = 0, false, false
	s.ask()
}

// again begins the open field once more at no cost, because somebody wants it.
func (s *step) again() {
	s.empty(s.field())
	s.stopTimer()
	s.prompt, s.playing, s.endless = s.next(), s.question(), false
	s.do(Play{Turn: s.prompt, Guidance: s.playing, Retry: s.invalid, Again: true})
}

// ask puts the open field's question.
func (s *step) ask() {
	s.stopTimer()
	s.play(s.question())
}

// keep moves the key into the vault and counts it.
func (s *step) keep(f card.Field) {
	s.do(Keep{f})
	s.digits = min(s.digits+1, f.Capacity()+1)
}

// empty drops what was keyed; a check of it is not waited for.
func (s *step) empty(f card.Field) {
	s.do(Clear{f})
	s.digits, s.early, s.pound, s.check = 0, false, false, 0
}

// judge asks the vault about the field.
func (s *step) judge(f card.Field, ended bool) {
	s.check = s.next()
	s.do(Check{Turn: s.check, Field: f, Ended: ended})
}
