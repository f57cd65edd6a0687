package sipua

import (
	"slices"
	"testing"
)

// What comes before anybody asks waits, in its order, whichever way it is asked for.
func TestEventsWait(t *testing.T) {
	want := []Event{{Kind: Confirmed}, {Kind: PlayedOut, Turn: 1}, {Kind: Held}, {Kind: Ended, Reason: HungUp}}
	for name, read := range map[string]func(*events) func() []Event{
		"channel": func(s *events) func() []Event {
			out := s.channel()
			return func() (got []Event) {
				for ev := range out {
					got = append(got, ev)
				}
				return got
			}
		},
		"function": func(s *events) func() []Event {
			var got []Event
			s.to(func(ev Event) { got = append(got, ev) })
			return func() []Event { return got }
		},
	} {
		for asked := range len(want) + 1 {
			var s events
			var got func() []Event
			for i, ev := range want {
				if i == asked {
					got = read(&s)
				}
				if ev.Kind == Ended {
					s.end(ev.Reason)
				} else if !s.put(ev) {
					t.Errorf("%s: no room for %v", name, ev)
				}
			}
			if got == nil {
				got = read(&s)
			}
			if got := got(); !slices.Equal(got, want) {
				t.Errorf("%s, asked for after %d: got %v", name, asked, got)
			}
			if s.put(Event{Kind: Held}) {
				t.Errorf("%s: an event after the end", name)
			}
		}
	}
}

// A reader that has stopped reading loses events, but never the end.
func TestEventsKeepAPlaceForTheEnd(t *testing.T) {
	for name, out := range map[string]func(*events) <-chan Event{
		"nobody has asked": func(*events) <-chan Event { return nil },
		"nobody reads":     func(s *events) <-chan Event { return s.channel() },
	} {
		var s events
		out(&s)
		taken := 0
		for s.put(Event{Kind: Held}) {
			taken++
		}
		s.end(Failed)
		var last Event
		all := 0
		for last = range s.channel() {
			all++
		}
		if taken != eventLimit-1 || all != taken+1 || last.Reason != Failed {
			t.Errorf("%s: %d events were taken and %d read, the last %v", name, taken, all, last)
		}
	}
}
