package media

import (
	"bytes"
	"net/netip"
	"testing"
	"time"

	"tsunagi/server/audio"
	"tsunagi/server/sdp"
)

// FuzzReceive brings any bytes to a session as packets of its peer. Facts: each packet
// is counted exactly once; a key comes only of an agreed event packet, at most one of
// each; what is heard is the sound of the packet, in the law agreed on; the stream goes
// on.
func FuzzReceive(f *testing.F) {
	f.Add(packet(0, 1, 160, 9, 1, 2, 3, 4))
	f.Add(packet(101, 1, 160, 9, 5, 10, 0, 160))
	f.Add(packet(8, 1, 160, 9, 0x30)) // A-law, heard as mu-law
	f.Add(packet(9, 1, 160, 9, 0x30)) // G.722
	f.Add(append([]byte{0xB1}, packet(0, 1, 160, 9, 0, 0, 0, 0, 0xBE, 0xDE, 0, 1, 1, 2, 3, 4, 9, 9, 2)[1:]...))
	f.Fuzz(func(t *testing.T, input []byte) {
		r := newRig(t, Config{})
		sink := &recorder{}
		s, socket := r.start(sink, agreed())
		r.pass(20 * time.Millisecond)
		socket.take()
		count := uint64(0)
		for len(input) > 0 {
			size := min(len(input), headerBytes+int(input[0])%40)
			b := input[:size]
			input = input[size:]
			keys, heard := len(sink.keys), len(sink.heard)
			r.deliver(s, peer, b)
			r.stall(0)
			count++
			h, payload, ok := parse(b)
			if pressed := len(sink.keys) - keys; pressed > 1 || pressed == 1 && (!ok || h.payloadType != 101) {
				t.Fatalf("packet % x gave %d keys", b, pressed)
			}
			for _, sound := range sink.heard[heard:] {
				if !ok || !saidIn(h, payload, sound) {
					t.Fatalf("heard % x in packet % x", sound, b)
				}
			}
		}
		if got := s.Stats(); got.Received+got.Unexpected != count || got.Foreign != 0 {
			t.Errorf("stats = %+v of %d packets", got, count)
		}
		r.pass(20 * time.Millisecond)
		if got := socket.take(); len(got) != 1 {
			t.Errorf("%d packets sent in 20 ms after it, want 1", len(got))
		}
	})
}

// saidIn reports whether sound is what a packet says, in the mu-law of agreed.
func saidIn(h header, payload, sound []byte) bool {
	switch h.payloadType {
	case staticPCMU:
		return bytes.Equal(sound, payload)
	case staticPCMA:
		return bytes.Equal(sound, audio.EncodePCMU(audio.DecodePCMA(payload)))
	case staticG722:
		return len(sound) == len(payload) // 8 bytes in each millisecond of both
	}
	return false
}

// FuzzSource brings packets from any of a few addresses. Facts: behind no NAT a packet
// of an address that was not negotiated never counts; the negotiated source always
// does.
func FuzzSource(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5}, false)
	f.Add([]byte{2, 2, 255, 1, 0, 200, 2}, true)
	f.Fuzz(func(t *testing.T, moves []byte, nat bool) {
		p := Params{Codec: sdp.PCMU, Remote: peer, BehindNAT: nat}
		var s source
		now := time.Duration(0)
		for _, m := range moves {
			now += time.Duration(m>>2) * 10 * time.Millisecond
			from := peer
			if m&1 != 0 {
				from = netip.AddrPortFrom(peer.Addr(), 4002)
			}
			if m&2 != 0 {
				from = netip.AddrPortFrom(netip.MustParseAddr("203.0.113.9"), from.Port())
			}
			latched := s.latched
			taken := s.admit(from, &p, now)
			switch {
			case from == peer && !taken:
				t.Fatal("the negotiated source was ignored")
			case from.Addr() != peer.Addr() && taken && !nat:
				t.Fatalf("%s counts without NAT", from)
			case from.Addr() != peer.Addr() && taken && latched.IsValid() && latched.Addr() != from.Addr():
				t.Fatalf("%s took the place of %s", from, latched)
			case taken && s.latched != from || !taken && s.latched != latched:
				t.Fatalf("latched %s after a packet of %s, taken %v", s.latched, from, taken)
			}
		}
	})
}
