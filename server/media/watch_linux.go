package media

import (
	"math"
	"net/netip"

	"golang.org/x/sys/unix"
)

// watch implements socket. What came before it rings was not told of.
func (s *rawSocket) watch() {
	n := s.network
	if s.rings {
		s.wake()
		return
	}
	s.rings = true
	n.watched = append(n.watched, make([]watched, max(0, s.fd+1-len(n.watched)))...)
	w := &n.watched[s.fd]
	*w = watched{open: true, seat: s.seat, behind: w.behind, mute: n.bell == nil || n.bell.hang(s.fd) != nil}
	n.suspect(s.fd)
}

// discard is the port of a service that answers nobody, RFC 863.
const discard = 9

// rest implements socket. The socket is tied to a peer that there is not: it stays bound,
// and who sends to it learns that nobody is there.
func (s *rawSocket) rest() bool {
	s.network.watched[s.fd].open = false
	return s.tie(netip.AddrPortFrom(s.local, discard))
}

// wake ends a rest. What had come before is no longer of interest to anybody; it would be
// taken for the next session's.
func (s *rawSocket) wake() {
	n := s.network
	for errors := 0; errors < 2; { // one may tell of a packet that we sent, and hide what waits
		if _, errno := n.read(s.fd); errno == unix.EAGAIN {
			break
		} else if errno != 0 {
			errors++
		}
	}
	s.untie()
	n.watched[s.fd].open = true
	if n.watched[s.fd].mute {
		n.suspect(s.fd)
	}
}

// mostFiles is how many files the program may have open.
func mostFiles() int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 0
	}
	return int(min(limit.Cur, math.MaxInt32))
}
