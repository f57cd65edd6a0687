package media

import (
	"net"
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"
)

// addrOf is where a socket receives.
func addrOf(t *testing.T, s *rawSocket) netip.AddrPort {
	t.Helper()
	bound, err := unix.Getsockname(s.fd)
	if err != nil {
		t.Fatal(err)
	}
	if v4, ok := bound.(*unix.SockaddrInet4); ok {
		return netip.AddrPortFrom(netip.AddrFrom4(v4.Addr), uint16(v4.Port))
	}
	v6 := bound.(*unix.SockaddrInet6)
	return netip.AddrPortFrom(netip.AddrFrom16(v6.Addr), uint16(v6.Port))
}

// A loop that was late reads what has waited, so that nothing stays behind for good; of one
// socket not more than a few packets, so that a flood takes no time from the others.
func TestDrainReadsWhatHasWaited(t *testing.T) {
	n, err := newNetwork()
	if err != nil {
		t.Fatal(err)
	}
	defer n.close()
	peer, _ := telephone(t)
	fill := func(packets, seat int) {
		t.Helper()
		s, err := n.listen(netip.AddrPortFrom(loopback, 0), seat)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.close() })
		for range packets {
			if _, err := peer.WriteToUDP([]byte("a packet"), net.UDPAddrFromAddrPort(addrOf(t, s.(*rawSocket)))); err != nil {
				t.Fatal(err)
			}
		}
	}
	const flood, backlog = 1, 2
	fill(mostOfOne+2, flood)
	fill(2, backlog)
	for _, want := range []map[int]int{{flood: mostOfOne, backlog: 2}, {flood: 2}, {}} {
		read := map[int]int{}
		n.drain(func(seat int, _ []byte, _ netip.AddrPort) { read[seat]++ }, func() bool { return true })
		if read[flood] != want[flood] || read[backlog] != want[backlog] {
			t.Errorf("read %v by seats, want %v", read, want)
		}
	}
}
