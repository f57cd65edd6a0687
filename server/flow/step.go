package flow

import (
	"time"

	"tsunagi/server/card"
)

// step is one Step while it is worked out: the call as it becomes, and the commands
// so far.
type step struct {
	Call
	commands []Command
}

func (s *step) do(commands ...Command) { s.commands = append(s.commands, commands...) }

// next gives out a turn.
func (s *step) next() Turn {
	s.turn++
	return s.turn
}

// play begins a prompt. Its end is an event.
func (s *step) play(g Guidance) {
	s.prompt, s.playing, s.endless = s.next(), g, false
	s.do(Play{Turn: s.prompt, Guidance: g, Retry: s.invalid})
}

// loop begins a prompt that has no end.
func (s *step) loop(g Guidance) {
	s.prompt, s.playing, s.endless = s.next(), g, true
	s.do(Play{Turn: s.prompt, Guidance: g, Loop: true})
}

func (s *step) stop() {
	if s.prompt != 0 {
		s.do(Stop{})
	}
	s.prompt, s.playing, s.endless = 0, "", false
}

// heard tells whether the event ends the prompt that is playing, and takes note.
func (s *step) heard(ev PlayedOut) bool {
	if ev.Turn == 0 || ev.Turn != s.prompt || s.endless {
		return false
	}
	s.prompt = 0
	return true
}

func (s *step) startTimer(after time.Duration) {
	s.timer = s.next()
	s.do(StartTimer{Turn: s.timer, After: after})
}

func (s *step) stopTimer() {
	if s.timer != 0 {
		s.do(StopTimer{})
	}
	s.timer = 0
}

// passed tells whether the event is the end of the timer that runs, and takes note.
func (s *step) passed(ev TimerFired) bool {
	if ev.Turn == 0 || ev.Turn != s.timer {
		return false
	}
	s.timer = 0
	return true
}

// emptied are the commands that empty every field, the security code first, and
// leave the vault open for another card.
func emptied() []Command {
	return []Command{Clear{card.SecurityCode}, Clear{card.Expiry}, Clear{card.CardNumber}}
}

func (s *step) wipe() {
	if !s.wiped {
		s.do(Wipe{})
	}
	s.wiped, s.digits = true, 0
}
