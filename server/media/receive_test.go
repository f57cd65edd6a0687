package media

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"tsunagi/server/sdp"
)

// telephony.md 1, behaviour 2: a new port or source in mid-call.
//
// telephony.md 1, behaviour 14: RTP is accepted only from the negotiated or latched
// source; injected digits ignored; symmetric RTP behind NAT.
func TestWhosePacketsCount(t *testing.T) {
	const ms = time.Millisecond
	at := netip.MustParseAddrPort
	other, stranger := at("198.51.100.7:4002"), at("203.0.113.66:4000")
	public, rebound := at("203.0.113.5:61000"), at("203.0.113.5:61002")
	type arrival struct {
		after time.Duration
		from  netip.AddrPort
		taken bool
	}
	cases := []struct {
		name     string
		nat      bool
		arrivals []arrival
		sendsTo  netip.AddrPort
	}{
		{"the negotiated source", false, []arrival{{0, peer, true}, {20 * ms, peer, true}}, peer},
		{"a stranger is ignored before", false, []arrival{{0, stranger, false}, {20 * ms, peer, true}}, peer},
		{"a stranger is ignored after", false, []arrival{{0, peer, true}, {ms, stranger, false}, {time.Second, stranger, false}}, peer},
		{"another port of the peer is latched first", false, []arrival{{0, other, true}, {20 * ms, other, true}}, peer},
		{"another port of the peer is ignored while it sends", false, []arrival{{0, peer, true}, {20 * ms, other, false}, {20 * ms, peer, true}}, peer},
		{"another port of the peer after it fell silent", false, []arrival{{0, peer, true}, {200 * ms, other, true}}, peer},
		{"the negotiated source replaces another port at once", false, []arrival{{0, other, true}, {ms, peer, true}, {ms, other, false}}, peer},
		{"behind NAT the first source", true, []arrival{{0, public, true}, {20 * ms, public, true}}, public},
		{"behind NAT no second source", true, []arrival{{0, public, true}, {20 * ms, stranger, false}, {time.Second, stranger, false}}, public},
		{"behind NAT a port bound anew", true, []arrival{{0, public, true}, {20 * ms, rebound, false}, {200 * ms, rebound, true}}, rebound},
		{"behind NAT the negotiated address after all", true, []arrival{{0, public, true}, {ms, peer, true}}, peer},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, Config{})
			sink := &recorder{}
			p := agreed()
			p.BehindNAT = c.nat
			s, socket := r.start(sink, p)
			r.pass(20 * ms)
			foreign := uint64(0)
			for i, a := range c.arrivals {
				r.pass(a.after)
				keys := len(sink.keys)
				r.deliver(s, a.from, packet(101, uint16(i), uint32(i)*800, 9, byte(i), 10, 0, 0))
				r.stall(0)
				if taken := len(sink.keys) > keys; taken != a.taken {
					t.Errorf("packet %d from %s: taken %v, want %v", i, a.from, taken, a.taken)
				}
				if !a.taken {
					foreign++
				}
			}
			if got := s.Stats().Foreign; got != foreign {
				t.Errorf("foreign = %d, want %d", got, foreign)
			}
			socket.take()
			r.pass(20 * ms)
			if got := socket.take(); len(got) != 1 || got[0].to != c.sendsTo {
				t.Errorf("sent %v, want one packet to %s", got, c.sendsTo)
			}
		})
	}
}

// telephony.md 1, behaviour 14: injected digits ignored, and no growth: a packet that is
// not the peer's is counted, and nothing is kept of it.
func TestAStrangersPacketCostsNothing(t *testing.T) {
	for _, nat := range []bool{false, true} {
		r := newRig(t, Config{})
		sink := &recorder{}
		p := agreed()
		p.BehindNAT = nat
		s, _ := r.start(sink, p)
		r.pass(tickLength)
		s.receive(packet(0, 1, 0, 9, 1), peer)
		key := packet(101, 2, 800, 9, 5, 10, 0, 160)
		n := uint32(0)
		cost := testing.AllocsPerRun(1000, func() {
			n++ // each from an address of its own
			s.receive(key, netip.AddrPortFrom(netip.AddrFrom4([4]byte{203, 0, byte(n >> 8), byte(n)}), 4000))
		})
		if got := s.Stats().Foreign; cost != 0 || len(sink.keys) != 0 || got != 1001 {
			t.Errorf("behind NAT %v: %v allocations, %d keys, %d counted", nat, cost, len(sink.keys), got)
		}
	}
}

func TestAMovedPeerIsLatchedAnew(t *testing.T) {
	for _, nat := range []bool{false, true} {
		r := newRig(t, Config{})
		sink := &recorder{}
		p := agreed()
		p.BehindNAT = nat
		s, socket := r.start(sink, p)
		r.pass(tickLength)
		r.deliver(s, peer, packet(101, 1, 0, 9, 1, 10, 0, 0))
		r.pass(tickLength)
		p.Remote = netip.MustParseAddrPort("198.51.100.8:4100")
		s.Update(p)
		r.pass(20 * time.Millisecond)
		sent := socket.take()
		if got := sent[len(sent)-1].to; got != p.Remote {
			t.Errorf("behind NAT %v: sent to %s after the peer moved to %s", nat, got, p.Remote)
		}
		r.deliver(s, p.Remote, packet(101, 2, 800, 8, 2, 10, 0, 0))
		r.deliver(s, peer, packet(101, 3, 1600, 9, 3, 10, 0, 0))
		r.pass(tickLength)
		if string(sink.keys) != "12" {
			t.Errorf("behind NAT %v: keys = %q, want %q without that of the old source", nat, sink.keys, "12")
		}
	}
	// Without NAT the old source is a stranger even before the new one has spoken.
	r := newRig(t, Config{})
	s, _ := r.start(&recorder{}, agreed())
	r.pass(tickLength)
	r.deliver(s, peer, packet(0, 1, 0, 9, 1))
	r.pass(tickLength)
	p := agreed()
	p.Remote = netip.MustParseAddrPort("198.51.100.8:4100")
	s.Update(p)
	r.pass(tickLength)
	r.deliver(s, peer, packet(0, 2, 160, 9, 1))
	r.pass(tickLength)
	if got := s.Stats().Foreign; got != 1 {
		t.Errorf("foreign = %d, want the packet of the old source", got)
	}
}

// telephony.md 1, behaviour 13: comfort noise (PT 13) ignored.
func TestPacketsThatAreNotOfTheStream(t *testing.T) {
	r := newRig(t, Config{})
	sink := &recorder{}
	s, _ := r.start(sink, agreed())
	r.deliver(s, peer, packet(101, 1, 0, 9, 5, 10, 0, 0)) // before Start is taken
	r.pass(tickLength)
	r.deliver(s, peer,
		nil, []byte("OPTIONS sip:x SIP/2.0\r\n\r\n"), make([]byte, 11), make([]byte, 172), // no RTP
		packet(18, 1, 0, 9, make([]byte, 20)...), // a codec that was not agreed on
		packet(72, 1, 0, 9),                      // RTCP on the wrong port
	)
	r.pass(tickLength)
	got := s.Stats()
	if got.Unexpected != 6 || got.Received != 1 || len(sink.heard) != 0 {
		t.Errorf("stats = %+v with %d frames heard, want 6 unexpected, 1 received, none heard", got, len(sink.heard))
	}
	r.deliver(s, peer, packet(13, 2, 0, 9, 60), packet(0, 3, 0, 9, 1, 2, 3))
	r.pass(tickLength)
	if got := s.Stats(); got.Received != 3 || len(sink.heard) != 1 {
		t.Errorf("received %d and heard %d, want comfort noise received but not heard", got.Received, len(sink.heard))
	}
}

func TestSoundIsHeardInOrderAndOnce(t *testing.T) {
	r := newRig(t, Config{})
	sink := &recorder{}
	s, _ := r.start(sink, agreed())
	r.pass(tickLength)
	for _, seq := range []uint16{65534, 65535, 65535, 1, 0, 2, 2, 40000, 40001} {
		r.deliver(s, peer, packet(0, seq, uint32(seq)*160, 9, byte(seq)))
	}
	r.pass(tickLength)
	var order []byte
	for _, frame := range sink.heard {
		order = append(order, frame...)
	}
	if want := []byte{0xFE, 0xFF, 1, 2, 0x40, 0x41}; !slices.Equal(order, want) {
		t.Errorf("heard % x, want % x", order, want)
	}
}

// TestLossIsCountedAsRFC3550Says follows appendix A.3, over a wrap and changes of the
// stream.
func TestLossIsCountedAsRFC3550Says(t *testing.T) {
	type run struct {
		ssrc      uint32
		sequences []uint16
	}
	cases := []struct {
		name string
		runs []run
		want int64
	}{
		{"nothing lost", []run{{1, []uint16{10, 11, 12}}}, 0},
		{"one lost", []run{{1, []uint16{10, 12}}}, 1},
		{"one late is not lost", []run{{1, []uint16{10, 12, 11}}}, 0},
		{"lost over the wrap", []run{{1, []uint16{65534, 65535, 1, 2}}}, 1},
		{"twice around", []run{{1, []uint16{65000, 2000, 4500, 7000}}}, 65536 + 7000 - 65000 + 1 - 4},
		{"a doubled one hides a lost one", []run{{1, []uint16{10, 12, 12}}}, 0},
		{"doubled ones are not less than nothing", []run{{1, []uint16{10, 10, 10}}}, 0},
		{"a new SSRC begins anew and the loss stays", []run{{1, []uint16{10, 13}}, {2, []uint16{500, 502}}}, 3},
		{"a jump begins anew", []run{{1, []uint16{10, 11}}, {1, []uint16{40000, 40001}}}, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var r reception
			for _, run := range c.runs {
				for _, seq := range run.sequences {
					r.count(header{ssrc: run.ssrc, sequence: seq})
				}
			}
			if got := r.lost(); got != c.want {
				t.Errorf("lost = %d, want %d", got, c.want)
			}
		})
	}
}

// TestJitterIsMeasuredAsRFC3550Says follows section 6.4.1: a sixteenth of each
// difference of transit.
func TestJitterIsMeasuredAsRFC3550Says(t *testing.T) {
	const ms = time.Millisecond
	var r reception
	arrival := 500 * ms
	for i := range 2000 {
		late := time.Duration(i%2) * 10 * ms // every second packet is 10 ms late
		r.time(0xFFFFF000+uint32(i)*160, arrival+time.Duration(i)*20*ms+late)
	}
	if got := r.jitter >> 4 / unitsPerTick; got < 9 || got > 10 {
		t.Errorf("jitter = %d ms, want it to settle at the difference of 10", got)
	}
	before := r.jitter
	r.time(12345678, arrival+41*time.Second) // a transfer
	if r.jitter != before {
		t.Error("a timestamp that jumps was taken for jitter")
	}
	var steady reception
	for i := range 100 {
		steady.time(uint32(i)*160, time.Duration(i)*20*ms)
	}
	if steady.jitter != 0 {
		t.Errorf("jitter of a steady stream = %d, want 0", steady.jitter)
	}
}

// telephony.md 1, behaviour 8: no media time-out on hold.
func TestALostPeerIsReportedOnce(t *testing.T) {
	const ms = time.Millisecond
	r := newRig(t, Config{MediaTimeout: 300 * ms})
	sink := &recorder{}
	s, _ := r.start(sink, agreed())
	check := func(what string, want int) {
		t.Helper()
		if sink.lost != want {
			t.Errorf("%s: MediaLost %d times, want %d", what, sink.lost, want)
		}
	}
	r.pass(290 * ms)
	check("before the time", 0)
	r.pass(40 * ms)
	check("nothing ever came", 1)
	r.pass(time.Second)
	check("it is said once", 1)
	r.deliver(s, peer, packet(0, 1, 0, 9, 1))
	r.pass(100 * ms)
	check("something came", 1)
	held := agreed()
	held.Direction = sdp.RecvOnly
	s.Update(held)
	r.pass(time.Second)
	check("on hold", 1)
	s.Update(agreed())
	r.pass(290 * ms)
	check("back from hold", 1)
	r.pass(40 * ms)
	check("silent after the hold", 2)
	r.deliver(s, netip.MustParseAddrPort("203.0.113.66:9"), packet(0, 2, 0, 9, 1))
	r.pass(time.Second)
	check("a stranger is no sign of life", 2)
}

func TestNothingIsReportedAfterClose(t *testing.T) {
	r := newRig(t, Config{MediaTimeout: 50 * time.Millisecond})
	sink := &recorder{}
	s, socket := r.start(sink, agreed())
	s.Play(1, nil, false)
	r.takeCommands()
	s.Close()
	s.Close()
	r.deliver(s, peer, packet(101, 1, 0, 9, 5, 10, 0, 0), packet(0, 2, 0, 9, 1))
	r.mu.Lock() // the loop cannot take the command yet
	r.pass(100 * time.Millisecond)
	r.mu.Unlock()
	r.pass(100 * time.Millisecond)
	if len(sink.keys)+len(sink.played)+len(sink.heard)+sink.lost != 0 {
		t.Errorf("reported after Close: %+v", sink)
	}
	if !socket.closed || r.seated != 0 || r.wheel.size != 0 || r.Stats().Sessions != 0 {
		t.Errorf("closed %v, seated %d, in the wheel %d, open %d", socket.closed, r.seated, r.wheel.size, r.Stats().Sessions)
	}
	s.Play(2, nil, false)
	s.Update(agreed())
	r.pass(40 * time.Millisecond)
	if r.wheel.size != 0 {
		t.Error("a closed session came back into the wheel")
	}
}
