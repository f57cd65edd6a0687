package media

import (
	"net/netip"
	"time"
)

// patience is how long a latched source must be silent before another may take its
// place: ten packets, more than any jitter.
const patience = 200 * time.Millisecond

// source is where a session's packets come from, by the rule in the package comment.
type source struct {
	latched netip.AddrPort // the zero value before the first packet
	heard   time.Duration  // when it sent last
}

// admit reports whether a packet of the stream from a source is taken at a time, and
// latches that source if it is.
func (s *source) admit(from netip.AddrPort, p *Params, now time.Duration) bool {
	if from != s.latched && !s.mayLatch(from, p, now) {
		return false
	}
	s.latched, s.heard = from, now
	return true
}

// mayLatch reports whether a source other than the latched one may become it.
func (s *source) mayLatch(from netip.AddrPort, p *Params, now time.Duration) bool {
	switch known := s.latched.IsValid(); {
	case from == p.Remote:
		return true
	case known && now-s.heard < patience:
		return false
	case from.Addr() == p.Remote.Addr():
		return true
	case known:
		return from.Addr() == s.latched.Addr()
	}
	return p.BehindNAT
}

// destination returns where the session sends.
func (s *source) destination(p *Params) netip.AddrPort {
	if p.BehindNAT && s.latched.IsValid() && p.Remote.IsValid() {
		return s.latched
	}
	return p.Remote
}
