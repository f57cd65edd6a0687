package media

import (
	"bytes"
	"net"
	"net/netip"
	"testing"
	"time"

	"tsunagi/server/audio"
	"tsunagi/server/dtmf"
	"tsunagi/server/sdp"
)

// rig is an engine whose ticks the test makes itself, on a network that keeps packets
// instead of sending them.
type rig struct {
	*Engine
	t       testing.TB
	network *fakeNetwork
	clock   *fakeClock
}

func newRig(t testing.TB, c Config) *rig {
	t.Helper()
	if !c.Addr.IsValid() {
		c.Addr = netip.MustParseAddr("192.0.2.1")
	}
	if c.PortMin == 0 {
		c.PortMin, c.PortMax = 20000, 22001
	}
	n, clk := &fakeNetwork{sockets: map[int]*fakeSocket{}}, &fakeClock{}
	e, err := newEngine(c, n, clk)
	if err != nil {
		t.Fatal(err)
	}
	e.tick = 1 // the clock stands at the tick before
	return &rig{Engine: e, t: t, network: n, clock: clk}
}

// start opens a session and starts it.
func (r *rig) start(sink Sink, p Params) (*Session, *fakeSocket) {
	r.t.Helper()
	s, err := r.Open(sink)
	if err != nil {
		r.t.Fatal(err)
	}
	s.Start(p)
	return s, r.network.sockets[s.seat]
}

// pass lets time pass, tick by tick.
func (r *rig) pass(d time.Duration) {
	for range int64(d / tickLength) {
		r.clock.time += tickLength
		r.step(r.receive, r.hasTime, r.unsent)
	}
}

// stall lets time pass in which the loop does not run, and then lets it run.
func (r *rig) stall(d time.Duration) {
	r.clock.time += d
	r.step(r.receive, r.hasTime, r.unsent)
}

// deliver brings packets to a session at the next tick.
func (r *rig) deliver(s *Session, from netip.AddrPort, packets ...[]byte) {
	for _, p := range packets {
		r.network.arrived = append(r.network.arrived, fakePacket{s.seat, from, p})
	}
}

// deliverControl brings packets to the RTCP port of a session at the next tick.
func (r *rig) deliverControl(s *Session, from netip.AddrPort, packets ...[]byte) {
	for _, p := range packets {
		r.network.arrived = append(r.network.arrived, fakePacket{controlOf(s.seat), from, p})
	}
}

type fakeClock struct{ time time.Duration }

func (c *fakeClock) now() time.Duration       { return c.time }
func (c *fakeClock) sleepUntil(time.Duration) {}

type fakeNetwork struct {
	sockets map[int]*fakeSocket
	arrived []fakePacket
}

type fakePacket struct {
	seat   int
	source netip.AddrPort
	packet []byte
}

func (n *fakeNetwork) listen(addr netip.AddrPort, seat int) (socket, error) {
	s := &fakeSocket{}
	n.sockets[seat] = s
	return s, nil
}

func (n *fakeNetwork) drain(receive receiver, _ func() bool) {
	for _, p := range n.arrived {
		receive(p.seat, p.packet, p.source)
	}
	n.arrived = n.arrived[:0]
}

func (n *fakeNetwork) flush(func(int)) {}
func (n *fakeNetwork) close() error    { return nil }

// fakeSocket keeps what is sent through it, unless it is a drain for benchmarks.
type fakeSocket struct {
	sent   []sentPacket
	forget bool
	closed bool
}

type sentPacket struct {
	header
	payload []byte
	to      netip.AddrPort
	raw     []byte // the whole of it
}

func (s *fakeSocket) send(packet []byte, to netip.AddrPort) error {
	if s.forget {
		return nil
	}
	h, payload, _ := parse(packet)
	s.sent = append(s.sent, sentPacket{h, bytes.Clone(payload), to, bytes.Clone(packet)})
	return nil
}

func (s *fakeSocket) close() error { s.closed = true; return nil }

func (s *fakeSocket) watch()                  {}
func (s *fakeSocket) rest() bool              { return false }
func (s *fakeSocket) spare(uint8) bool        { return false }
func (s *fakeSocket) takeAll()                {}
func (s *fakeSocket) spared() uint64          { return 0 }
func (s *fakeSocket) tie(netip.AddrPort) bool { return false }
func (s *fakeSocket) untie()                  {}
func (s *fakeSocket) warm() int               { return 0 }

// take returns what was sent since the last take.
func (s *fakeSocket) take() []sentPacket {
	sent := s.sent
	s.sent = nil
	return sent
}

// recorder is a Sink and Listener that keeps what it is told.
type recorder struct {
	keys   []byte
	played []int
	lost   int
	heard  [][]byte
}

func (r *recorder) Key(k dtmf.Key)     { r.keys = append(r.keys, byte(k)) }
func (r *recorder) PlayedOut(turn int) { r.played = append(r.played, turn) }
func (r *recorder) MediaLost()         { r.lost++ }
func (r *recorder) Heard(frame []byte) { r.heard = append(r.heard, bytes.Clone(frame)) }

// peer is whom the sessions of these tests talk to.
var peer = netip.MustParseAddrPort("198.51.100.7:4000")

// agreed is what a plain call agrees on.
func agreed() Params {
	return Params{Codec: sdp.PCMU, PayloadType: 0, EventPayloadType: 101, Ptime: 20 * time.Millisecond, Remote: peer}
}

// clip returns a clip of whole frames with a different value in each byte's neighbour,
// so that a byte out of place is seen. The A-law encoding has all bits flipped.
func clip(frames int, seed byte) *audio.Clip {
	c := &audio.Clip{}
	for i := range frames * audio.FrameBytes {
		b := byte(i) + byte(i>>8)*7 + seed
		c.PCMU, c.PCMA = append(c.PCMU, b), append(c.PCMA, ^b)
	}
	return c
}

// payloads joins the payloads of packets.
func payloads(packets []sentPacket) (all []byte) {
	for _, p := range packets {
		all = append(all, p.payload...)
	}
	return all
}

// packet returns an RTP packet.
func packet(payloadType uint8, sequence uint16, timestamp, ssrc uint32, payload ...byte) []byte {
	b := make([]byte, headerBytes, headerBytes+len(payload))
	header{payloadType: payloadType, sequence: sequence, timestamp: timestamp, ssrc: ssrc}.put(b)
	return append(b, payload...)
}

// listenUDP binds an address as another program would.
func listenUDP(t *testing.T, addr netip.AddrPort) *net.UDPConn {
	t.Helper()
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(addr))
	if err != nil {
		t.Fatal(err)
	}
	return conn
}
