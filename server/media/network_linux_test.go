package media

import (
	"maps"
	"net"
	"net/netip"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"tsunagi/server/dtmf"
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

// ownNetwork is a network whose loop is the test: its thread ends with it, as the loop's.
func ownNetwork(t *testing.T) *rawNetwork {
	t.Helper()
	runtime.LockOSThread()
	n, err := newNetwork()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = n.close() })
	return n.(*rawNetwork)
}

// desk is the network of a test, with sockets, and a telephone that sends to them.
type desk struct {
	*rawNetwork
	peer *net.UDPConn
	t    *testing.T
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	peer, _ := telephone(t)
	return &desk{ownNetwork(t), peer, t}
}

// open makes a socket of a seat that nobody watches yet, at a port of its own.
func (d *desk) open(seat int) *rawSocket {
	d.t.Helper()
	s, err := d.listen(netip.AddrPortFrom(loopback, 11500+uint16(seat)), seat)
	if err != nil {
		d.t.Fatal(err)
	}
	return s.(*rawSocket)
}

// watched makes one that is watched, in which no packet waits.
func (d *desk) watched(seat int) *rawSocket {
	d.t.Helper()
	s := d.open(seat)
	d.t.Cleanup(func() { _ = s.close() })
	s.watch()
	d.drained()
	return s
}

// bring sends packets to a socket, where they are when it returns.
func (d *desk) bring(to *rawSocket, packets int) {
	d.t.Helper()
	for range packets {
		if _, err := d.peer.WriteToUDP([]byte("a packet"), net.UDPAddrFromAddrPort(addrOf(d.t, to))); err != nil {
			d.t.Fatal(err)
		}
	}
}

// drained is how many packets one drain reads, by seats.
func (d *desk) drained() map[int]int {
	read := map[int]int{}
	d.drain(func(seat int, _ []byte, _ netip.AddrPort) { read[seat]++ }, func() bool { return true })
	return read
}

// see fails unless the next drains read what is wanted of each.
func (d *desk) see(wanted ...map[int]int) {
	d.t.Helper()
	for i, want := range wanted {
		if read := d.drained(); !maps.Equal(read, want) {
			d.t.Errorf("drain %d read %v by seats, want %v", i+1, read, want)
		}
	}
}

// A loop that was late reads what has waited, so that nothing stays behind for good; of one
// socket not more than a few packets, so that a flood takes no time from the others.
func TestDrainReadsWhatHasWaited(t *testing.T) {
	d := newDesk(t)
	const flood, backlog = 1, 2
	flooded, other := d.watched(flood), d.watched(backlog)
	d.bring(flooded, mostOfOne+2)
	d.bring(other, 2)
	d.see(map[int]int{flood: mostOfOne, backlog: 2}, map[int]int{flood: 2}, map[int]int{})
}

// What comes to a socket before the loop watches it rings for nobody, and is read.
func TestDrainReadsWhatCameBeforeItWatched(t *testing.T) {
	d := newDesk(t)
	early := d.open(1)
	defer early.close()
	d.bring(early, 2)
	d.see(map[int]int{})
	early.watch()
	d.bring(early, 1)
	d.see(map[int]int{1: 3}, map[int]int{})
}

// Where the kernel's queue of signals is full, packets come that it tells nobody of by
// themselves.
func TestDrainReadsWhatDidNotRing(t *testing.T) {
	d := newDesk(t)
	first, second := d.watched(1), d.watched(2)
	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_SIGPENDING, &before); err != nil {
		t.Fatal(err)
	}
	if err := unix.Setrlimit(unix.RLIMIT_SIGPENDING, &unix.Rlimit{Cur: 0, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	d.bring(first, 1)
	d.bring(second, 3)
	if err := unix.Setrlimit(unix.RLIMIT_SIGPENDING, &before); err != nil {
		t.Fatal(err)
	}
	d.see(map[int]int{}, map[int]int{1: 1, 2: 3}, map[int]int{})
	d.bring(first, 1)
	d.see(map[int]int{1: 1})
}

// A socket that has rung and is closed is not read any more: its descriptor may be another's,
// whose data would be lost.
func TestDrainLeavesAloneWhatIsClosed(t *testing.T) {
	d := newDesk(t)
	gone := d.watched(1)
	d.bring(gone, 1)
	if err := gone.close(); err != nil {
		t.Fatal(err)
	}
	heir := d.open(2)
	defer heir.close()
	if heir.fd != gone.fd {
		t.Skipf("the descriptor %d was not used again", gone.fd)
	}
	d.bring(heir, 1)
	d.see(map[int]int{}, map[int]int{})
	heir.watch()
	d.see(map[int]int{2: 1}, map[int]int{})
}

// A socket that rests hears nothing, and when it is watched again nothing of what came
// before: it would be the next call's.
func TestSocketThatRestsIsDeaf(t *testing.T) {
	d := newDesk(t)
	s := d.watched(1)
	for range 2 {
		d.bring(s, 2)
		if !s.rest() {
			t.Fatal("it does not rest")
		}
		d.bring(s, 1)
		d.see(map[int]int{})
		s.watch()
		d.see(map[int]int{})
		d.bring(s, 1)
		d.see(map[int]int{1: 1}, map[int]int{})
	}
}

// The next session of a port has the sockets of the one before, and nothing else of it.
func TestPortsRestBetweenSessions(t *testing.T) {
	e, err := New(Config{Addr: loopback, PortMin: 11300, PortMax: 11301})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	files := 0
	for i, want := range []byte{'3', '4', '5'} {
		sink := newTold()
		s, phone := talk(t, e, sink, agreed())
		press := func(key byte) {
			report := dtmf.Report{Key: dtmf.Key(key), Duration: 160}.Encode()
			_, _ = phone.WriteToUDPAddrPort(packet(101, 1, 800, uint32(key), report[:]...), s.LocalAddr())
		}
		press(want)
		if got := next(t, sink.keys); got != want {
			t.Errorf("session %d heard %q, want %q", i, got, want)
		}
		if i == 0 {
			files = openFiles(t)
		} else if got := openFiles(t); got != files+i {
			t.Errorf("%d files open, want the first session's %d and a telephone for each further one", got, files)
		}
		s.Close()
		press('9')
		await(t, "the session is closed", func() bool { return e.Stats().Sessions == 0 })
		press('9')
	}
}

// Without time for all sockets at once each has its turn.
func TestDrainWithoutTimeTakesTurns(t *testing.T) {
	d := newDesk(t)
	const sockets = 100
	var all []*rawSocket
	for seat := range sockets {
		all = append(all, d.watched(seat))
	}
	for _, s := range all {
		d.bring(s, 1)
	}
	d.answer(&unix.SignalfdSiginfo{Signo: uint32(overflown)}, nil)
	read := map[int]int{}
	for range 3 {
		d.drain(func(seat int, _ []byte, _ netip.AddrPort) { read[seat]++ }, func() bool { return false })
	}
	if len(read) != sockets {
		t.Errorf("read %d sockets of %d", len(read), sockets)
	}
}

// A drain allocates nothing: the collector must find nothing to do for it.
func TestDrainAllocatesNothing(t *testing.T) {
	d := newDesk(t)
	socket := d.watched(1)
	addr := net.UDPAddrFromAddrPort(addrOf(t, socket)).AddrPort()
	receive, more := func(int, []byte, netip.AddrPort) {}, func() bool { return true }
	packet := make([]byte, 172)
	if n := testing.AllocsPerRun(100, func() {
		_, _ = d.peer.WriteToUDPAddrPort(packet, addr)
		d.drain(receive, more)
	}); n > 0 {
		t.Errorf("%v allocations a packet", n)
	}
}
