package media

import (
	"bytes"
	"maps"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"

	"tsunagi/server/audio"
	"tsunagi/server/dtmf"
)

// loopback and elsewhere are the addresses of the tests with real sockets. They are of this
// process alone, so that no other program has the ports, and none of its calls, ended or
// not, sends a packet here.
var loopback, elsewhere = ownAddress(77), ownAddress(78)

func ownAddress(second byte) netip.Addr {
	process := os.Getpid()
	return netip.AddrFrom4([4]byte{127, second, byte(process >> 8), byte(process)})
}

// otherNetworks are those that a system has besides.
var otherNetworks = map[string]func() (network, clock){}

// networks are all makers of sockets that run on this machine.
func networks(t *testing.T) map[string]func() (network, clock) {
	t.Helper()
	all := map[string]func() (network, clock){
		"the machine's": func() (network, clock) {
			n, err := newNetwork()
			if err != nil {
				t.Fatal(err)
			}
			return n, newClock(false)
		},
		"the portable": func() (network, clock) { return newGoNetwork(), newGoClock() },
	}
	maps.Copy(all, otherNetworks)
	return all
}

// onEach runs a test with a running engine on each network.
func onEach(t *testing.T, c Config, test func(*testing.T, *Engine)) {
	for name, make := range networks(t) {
		t.Run(name, func(t *testing.T) {
			n, clk := make()
			e, err := newEngine(c, n, clk)
			if err != nil {
				t.Fatal(err)
			}
			go e.run()
			defer func() {
				if err := e.Close(); err != nil {
					t.Error(err)
				}
			}()
			test(t, e)
		})
	}
}

// told is a Sink that passes on what it is told.
type told struct {
	keys   chan byte
	played chan int
	lost   chan struct{}
}

func newTold() told { return told{make(chan byte, 64), make(chan int, 64), make(chan struct{}, 64)} }

func (s told) Key(k dtmf.Key)     { s.keys <- byte(k) }
func (s told) PlayedOut(turn int) { s.played <- turn }
func (s told) MediaLost()         { s.lost <- struct{}{} }

// patienceOfTests is after how long a test gives up on what should come in milliseconds.
const patienceOfTests = 20 * time.Second

// next returns what a session reports next.
func next[T any](t *testing.T, reports <-chan T) T {
	t.Helper()
	select {
	case r := <-reports:
		return r
	case <-time.After(patienceOfTests):
		t.Fatal("nothing was reported")
	}
	panic("unreachable")
}

// await returns when done does.
func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(patienceOfTests); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// telephone is a plain socket that a session talks to.
func telephone(t testing.TB) (*net.UDPConn, netip.AddrPort) { return telephoneAt(t, loopback) }

func telephoneAt(t testing.TB, host netip.Addr) (*net.UDPConn, netip.AddrPort) {
	t.Helper()
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(host, 0)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(patienceOfTests)); err != nil {
		t.Fatal(err)
	}
	return conn, conn.LocalAddr().(*net.UDPAddr).AddrPort()
}

// talk starts a session with a telephone, under p with its address, and takes the first
// packet there.
func talk(t testing.TB, e *Engine, sink Sink, p Params) (*Session, *net.UDPConn) {
	t.Helper()
	conn, addr := telephone(t)
	s, err := e.Open(sink)
	if err != nil {
		t.Fatal(err)
	}
	p.Remote = addr
	s.Start(p)
	read(t, conn)
	return s, conn
}

// read takes one RTP packet from a telephone.
func read(t testing.TB, conn *net.UDPConn) (header, []byte, netip.AddrPort) {
	t.Helper()
	var b [maxPacketBytes]byte
	n, from, err := conn.ReadFromUDPAddrPort(b[:])
	if err != nil {
		t.Fatal(err)
	}
	h, payload, ok := parse(b[:n])
	if !ok {
		t.Fatalf("no RTP: % x", b[:n])
	}
	return h, bytes.Clone(payload), from
}

// testPorts is a range for the tests with real sockets: below what the kernel gives to
// sockets that name no port, and of no other package's tests, which run meanwhile.
var testPorts = Config{Addr: loopback, PortMin: 11000, PortMax: 11199}

func TestAPromptGoesOverTheWireWhole(t *testing.T) {
	onEach(t, testPorts, func(t *testing.T, e *Engine) {
		conn, addr := telephone(t)
		sink := newTold()
		s, err := e.Open(sink)
		if err != nil {
			t.Fatal(err)
		}
		p := agreed()
		p.Remote = addr
		prompt := clip(50, 3)
		s.Play(1, []*audio.Clip{prompt}, false)
		s.Start(p)
		var sound []byte
		first, _, _ := read(t, conn)
		if !first.marker {
			t.Error("the first packet has no marker")
		}
		for i := uint16(1); i <= 70; i++ {
			h, payload, from := read(t, conn)
			// A machine that stands still for 200 ms has the loop go on with the present,
			// which the marker and the timestamp tell: what is left out each time is rounded
			// up to whole packets.
			late := h.timestamp - first.timestamp - uint32(i)*160
			skipped := e.Stats().Skipped
			if most := (skipped + skipped/maxBehind*20) * unitsPerTick; from != s.LocalAddr() || h.sequence != first.sequence+i ||
				late%160 != 0 || uint64(late) > most || h.marker && late == 0 {
				t.Fatalf("packet %d = %+v from %s after %+v", i, h, from, first)
			}
			sound = append(sound, payload...)
		}
		// The first packet, which began the prompt, was read apart.
		if !bytes.HasPrefix(sound, prompt.PCMU[160:]) || !bytes.Equal(sound[49*160:], bytes.Repeat([]byte{0xFF}, 21*160)) {
			t.Error("the prompt did not arrive whole and followed by silence")
		}
		if turn := next(t, sink.played); turn != 1 {
			t.Errorf("played out turn %d, want 1", turn)
		}
		// The last packet can be here before it is counted there.
		if got := s.Stats(); got.Sent < 70 || got.Unsent != 0 {
			t.Errorf("stats = %+v, want at least 70 packets sent", got)
		}
	})
}

func TestKeysAndStrangersOverTheWire(t *testing.T) {
	onEach(t, testPorts, func(t *testing.T, e *Engine) {
		// Another port of the peer's own address might be the peer, once that was silent.
		stranger, _ := telephoneAt(t, elsewhere)
		sink := newTold()
		s, conn := talk(t, e, sink, agreed())
		send := func(from *net.UDPConn, b []byte) {
			if _, err := from.WriteToUDPAddrPort(b, s.LocalAddr()); err != nil {
				t.Fatal(err)
			}
		}
		inject := func(i int) { send(stranger, packet(101, uint16(i), uint32(i)*8000, 66, 9, 0x8A, 1, 0)) }
		inject(0)
		await(t, "the stranger's packet counted", func() bool { return s.Stats().Foreign == 1 })
		for i, key := range []byte{4, 1, 11, 1} {
			for range 3 {
				send(conn, packet(101, uint16(i), uint32(i)*800, 9, key, 0x8A, 1, 0))
				inject(i)
			}
		}
		got := []byte{next(t, sink.keys), next(t, sink.keys), next(t, sink.keys), next(t, sink.keys)}
		if string(got) != "41#1" {
			t.Errorf("keys = %q, want %q", got, "41#1")
		}
		await(t, "12 packets of the peer counted", func() bool { return s.Stats().Received == 12 })
		if len(sink.keys) != 0 {
			t.Errorf("%d keys too many", len(sink.keys))
		}
	})
}

func TestTwoEnginesTalk(t *testing.T) {
	onEach(t, testPorts, func(t *testing.T, e *Engine) {
		phone, server := newTold(), newTold()
		a, err := e.Open(phone)
		if err != nil {
			t.Fatal(err)
		}
		b, err := e.Open(server)
		if err != nil {
			t.Fatal(err)
		}
		for _, pair := range [][2]*Session{{a, b}, {b, a}} {
			p := agreed()
			p.Remote = pair[1].LocalAddr()
			pair[0].Start(p)
		}
		const keyed = "1234567890*#"
		for _, k := range []byte(keyed) {
			a.SendKey(dtmf.Key(k), 40*time.Millisecond, 20*time.Millisecond)
		}
		var heard []byte
		for range keyed {
			heard = append(heard, next(t, server.keys))
		}
		if string(heard) != keyed {
			t.Errorf("keys = %q, want %q", heard, keyed)
		}
	})
}

func TestIPv6(t *testing.T) {
	v6 := netip.IPv6Loopback()
	probe, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(v6, 0)))
	if err != nil {
		t.Logf("this machine has no IPv6, so only IPv4 was tried: %v", err)
		return
	}
	probe.Close()
	c := testPorts
	c.Addr = v6
	onEach(t, c, func(t *testing.T, e *Engine) {
		phone, server := newTold(), newTold()
		a, errA := e.Open(phone)
		b, errB := e.Open(server)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		for _, pair := range [][2]*Session{{a, b}, {b, a}} {
			p := agreed()
			p.Remote = pair[1].LocalAddr()
			pair[0].Start(p)
		}
		a.SendKey('7', 60*time.Millisecond, 0)
		if got := next(t, server.keys); got != '7' {
			t.Errorf("key = %q, want 7", got)
		}
	})
}
