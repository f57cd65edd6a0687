package media

import "net/netip"

// Tying: once the peer sends from where it is sent to, the machine may take packets from
// there alone. It sends more cheaply then, as the way is known, and turns strangers away
// before they cost us anything. By the rule in the package comment nobody else would be
// let in as long as the peer sends; when it has been silent for patience, everybody is
// heard again.

// tie has the machine take packets of the source alone that one was just taken from.
func (s *Session) tie(from netip.AddrPort) {
	if s.tied || s.untying || from != s.params.Remote || from != s.source.destination(&s.params) {
		return
	}
	s.tied = s.socket.tie(from)
	s.untying = !s.tied
}

// untie has the machine take packets of everybody, until the next tie.
func (s *Session) untie() {
	if s.tied {
		s.socket.untie()
		s.tied = false
	}
}

// untieWhenSilent unties where the peer has been silent for so long that another may take
// its place.
func (s *Session) untieWhenSilent() {
	if s.tied && s.engine.arrival-s.source.heard >= patience {
		s.untie()
	}
}
