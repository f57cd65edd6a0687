package media

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"
)

// A machine without io_uring passes all tests too, and so does one without signals.
func init() {
	other := func(change func(*rawNetwork)) func() (network, clock) {
		return func() (network, clock) {
			n, err := newNetwork()
			if err != nil {
				panic(err)
			}
			change(n.(*rawNetwork))
			return n, newClock(false)
		}
	}
	otherNetworks["one packet at a time"] = other(func(n *rawNetwork) {
		_ = n.outbox.close()
		n.outbox = &outbox{}
	})
	otherNetworks["without signals"] = other(func(n *rawNetwork) {
		_ = n.bell.close()
		n.bell = nil
	})
}

// office is a network with an outbox, and a socket of it that is tied to a telephone.
type office struct {
	*rawNetwork
	socket *rawSocket
	peer   *net.UDPConn
	unsent []int
}

func newOffice(t *testing.T) *office {
	t.Helper()
	n, err := newNetwork()
	if err != nil {
		t.Fatal(err)
	}
	o := &office{rawNetwork: n.(*rawNetwork)}
	t.Cleanup(func() { _ = o.close() })
	if o.outbox.ring == nil {
		t.Skip("this machine makes no io_uring")
	}
	o.socket, o.peer = o.tied(t, 7)
	return o
}

// tied opens a socket that is tied to a telephone.
func (o *office) tied(t *testing.T, seat int) (*rawSocket, *net.UDPConn) {
	t.Helper()
	peer, addr := telephone(t)
	s, err := o.listen(netip.AddrPortFrom(loopback, 0), seat)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.close() })
	if !s.tie(addr) {
		t.Fatal("not tied")
	}
	return s.(*rawSocket), peer
}

func (o *office) send(t *testing.T, s *rawSocket, text string) {
	t.Helper()
	if err := s.send([]byte(text), s.to); err != nil {
		t.Fatal(err)
	}
}

func (o *office) post() { o.flush(func(seat int) { o.unsent = append(o.unsent, seat) }) }

// got is what has come to a telephone. On this machine it is there when it is sent.
func got(t *testing.T, peer *net.UDPConn) (texts []string) {
	t.Helper()
	if err := peer.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	for b := make([]byte, 100); ; {
		n, err := peer.Read(b)
		if err != nil {
			return texts
		}
		texts = append(texts, string(b[:n]))
	}
}

func TestOutboxSendsWithTheFlush(t *testing.T) {
	o := newOffice(t)
	other, second := o.tied(t, 8)
	scratch := []byte("first")
	if err := o.socket.send(scratch, o.socket.to); err != nil {
		t.Fatal(err)
	}
	copy(scratch, "xxxxx") // it is the loop's, who fills it for the next session
	o.send(t, other, "another's")
	o.send(t, o.socket, "second")
	if early := append(got(t, o.peer), got(t, second)...); len(early) > 0 {
		t.Errorf("sent before the flush: %q", early)
	}
	o.post()
	if texts := got(t, o.peer); !slices.Equal(texts, []string{"first", "second"}) {
		t.Errorf("got %q", texts)
	}
	if texts := got(t, second); !slices.Equal(texts, []string{"another's"}) {
		t.Errorf("the other got %q", texts)
	}
	o.post()
	if again := got(t, o.peer); len(again) > 0 || len(o.unsent) > 0 {
		t.Errorf("sent again: %q; unsent: %v", again, o.unsent)
	}
}

// A packet more than there is room for neither is lost nor overtakes the others.
func TestOutboxThatIsFull(t *testing.T) {
	o := newOffice(t)
	if err := o.peer.SetReadBuffer(1 << 20); err != nil { // else what comes at once does not fit
		t.Fatal(err)
	}
	var want []string
	for i := range outboxSize + 3 {
		want = append(want, fmt.Sprint("packet ", i))
		o.send(t, o.socket, want[i])
	}
	o.post()
	if texts := got(t, o.peer); !slices.Equal(texts, want) {
		t.Errorf("got %d packets, want %d in their order", len(texts), len(want))
	}
}

// The kernel tells of a refused packet with the next one, and does not send that.
func TestOutboxSendsAfterARefusal(t *testing.T) {
	o := newOffice(t)
	addr := o.socket.to
	if err := o.peer.Close(); err != nil {
		t.Fatal(err)
	}
	o.send(t, o.socket, "refused")
	o.post()
	heir, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(addr))
	if err != nil {
		t.Fatal(err)
	}
	defer heir.Close()
	o.send(t, o.socket, "heard")
	o.post()
	if texts := got(t, heir); !slices.Equal(texts, []string{"heard"}) || len(o.unsent) > 0 {
		t.Errorf("got %q, unsent %v", texts, o.unsent)
	}
}

// What cannot be sent is told with its seat, and does not keep back the others.
func TestOutboxTellsWhatIsUnsent(t *testing.T) {
	o := newOffice(t)
	broken, _ := o.tied(t, 9)
	o.send(t, o.socket, "before")
	o.send(t, broken, "lost")
	o.send(t, o.socket, "after")
	fd := broken.fd
	broken.fd = -1 // for the second try
	o.outbox.ring.submissions[1].fd = -1
	o.post()
	broken.fd = fd
	if !slices.Equal(o.unsent, []int{9}) {
		t.Errorf("unsent: %v, want the packet of seat 9", o.unsent)
	}
	if texts := got(t, o.peer); !slices.Equal(texts, []string{"before", "after"}) {
		t.Errorf("got %q", texts)
	}
}

// Where the kernel takes nothing from the ring, each packet goes by itself.
func TestOutboxWhoseRingFails(t *testing.T) {
	o := newOffice(t)
	ring := o.outbox.ring
	working := ring.fd
	ring.fd = -1
	defer func() { ring.fd = working }()
	for _, text := range []string{"one", "two"} {
		o.send(t, o.socket, text)
		o.post()
	}
	ring.fd = working
	o.send(t, o.socket, "three")
	o.post()
	if texts := got(t, o.peer); !slices.Equal(texts, []string{"one", "two", "three"}) || len(o.unsent) > 0 {
		t.Errorf("got %q, unsent %v", texts, o.unsent)
	}
}

// A flush allocates nothing: the collector must find nothing to do for it.
func TestOutboxAllocatesNothing(t *testing.T) {
	o := newOffice(t)
	packet, unsent := make([]byte, 172), func(int) {}
	if n := testing.AllocsPerRun(100, func() {
		_ = o.socket.send(packet, o.socket.to)
		o.flush(unsent)
	}); n > 0 {
		t.Errorf("%v allocations a packet", n)
	}
}
