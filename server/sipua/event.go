package sipua

import (
	"sync"

	"tsunagi/server/dtmf"
)

// An Event is what happens on a leg.
type Event struct {
	Kind   Kind
	Key    dtmf.Key // of Key; prints as nothing but "key"
	Turn   int      // of PlayedOut: the turn that Play was given
	Reason Reason   // of Ended
	Caller string   // of PeerChanged: the number of who is there now, empty where withheld
	Status int      // of Transferring: a SIP status, 100 and 180 while the other party is called
}

// Kind is what kind of thing has happened.
type Kind string

// The kinds of events.
const (
	Key          Kind = "key"          // the peer has pressed a key
	PlayedOut    Kind = "playedOut"    // the clips of a Play without loop are out
	Confirmed    Kind = "confirmed"    // the peer has acknowledged our answer
	Held         Kind = "held"         // the peer listens no more
	Resumed      Kind = "resumed"      // the peer listens again
	PeerChanged  Kind = "peerChanged"  // somebody else is at the other end, as a PBX says
	Transferring Kind = "transferring" // the peer tells how our REFER fares
	MediaLost    Kind = "mediaLost"    // no packet has come for the engine's time-out
	Ended        Kind = "ended"        // the last event; the channel is closed after it
)

// Reason is why a leg has ended.
type Reason string

// The reasons.
const (
	HungUp       Reason = "hungUp"       // the peer sent BYE
	Cancelled    Reason = "cancelled"    // the peer sent CANCEL before the answer
	LocalBye     Reason = "localBye"     // we sent BYE
	Refused      Reason = "refused"      // we refused it
	NotConfirmed Reason = "notConfirmed" // the peer never acknowledged our answer; we sent BYE
	Expired      Reason = "expired"      // the session was not refreshed in time; we sent BYE
	Failed       Reason = "failed"       // media or session description could not be agreed on
	Stopped      Reason = "stopped"      // the endpoint was closed
)

// eventLimit bounds the events that wait to be taken. A person keys at most some ten
// a second, so a reader that lets this many wait has stopped reading.
const eventLimit = 64

// events is the bounded stream of a leg's events. Several goroutines put into it. It
// goes to a channel or to a function, whichever is asked for; what comes before waits.
type events struct {
	mu      sync.Mutex
	waiting []Event
	out     chan Event  // nil where nobody has asked for it
	deliver func(Event) // nil where nobody has asked for it
	closed  bool
}

// channel has the events go to a channel.
func (s *events) channel() <-chan Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.out == nil {
		s.out = make(chan Event, eventLimit)
		s.flushLocked(func(ev Event) { s.out <- ev })
		if s.closed {
			close(s.out)
		}
	}
	return s.out
}

// to has the events go to a function.
func (s *events) to(deliver func(Event)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deliver = deliver
	s.flushLocked(deliver)
}

func (s *events) flushLocked(to func(Event)) {
	for _, ev := range s.waiting {
		to(ev)
	}
	clear(s.waiting) // of keys
	s.waiting = nil
}

// put adds an event without waiting and reports whether there was room. The last
// place is kept for Ended.
func (s *events) put(ev Event) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.deliver == nil && len(s.out)+len(s.waiting) >= eventLimit-1 {
		return false
	}
	s.giveLocked(ev)
	return true
}

// end adds Ended and closes the stream.
func (s *events) end(why Reason) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.giveLocked(Event{Kind: Ended, Reason: why})
	s.closed = true
	if s.out != nil {
		close(s.out)
	}
}

func (s *events) giveLocked(ev Event) {
	switch {
	case s.deliver != nil:
		s.deliver(ev)
	case s.out != nil:
		s.out <- ev
	default:
		s.waiting = append(s.waiting, ev)
	}
}
