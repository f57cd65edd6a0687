package media

import (
	"bytes"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/srtp/v3"

	"tsunagi/server/audio"
	"tsunagi/server/sdp"
)

// The two sides' keys.
var ourKey, peerKey = sdp.MasterKey(bytes.Repeat([]byte{0xA5}, 30)), sdp.MasterKey([]byte("peer key 16 byte14 bytes salt!"))

// secured is what an encrypted call agrees on.
func secured(suite sdp.Suite) Params {
	p := agreed()
	p.Crypto = sdp.Crypto{Suite: suite, Send: ourKey, Receive: peerKey}
	return p
}

// side is one side of an encrypted call as the peer holds it.
func side(t testing.TB, suite sdp.Suite, key sdp.MasterKey) *srtp.Context {
	t.Helper()
	c, err := newContext(suite, &key)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// sealed returns a packet as the peer seals it.
func sealed(t testing.TB, c *srtp.Context, packet []byte) []byte {
	t.Helper()
	b, err := c.EncryptRTP(nil, packet, nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAnEncryptedCallIsUnderstoodByItsKeysAlone(t *testing.T) {
	for _, suite := range []sdp.Suite{sdp.SuiteSHA1Tag80, sdp.SuiteSHA1Tag32} {
		t.Run(string(suite), func(t *testing.T) {
			r := newRig(t, Config{})
			sink := &recorder{}
			s, socket := r.start(sink, secured(suite))
			sound := clip(100, 3)
			s.Play(1, []*audio.Clip{sound}, false)
			r.pass(2 * time.Second)
			opener := side(t, suite, ourKey)
			var got []byte
			for i, sent := range socket.take() {
				if bytes.Contains(sent.raw, sound.PCMU[i*160:i*160+16]) {
					t.Fatalf("packet %d holds the sound in the clear", i)
				}
				plain, err := opener.DecryptRTP(nil, sent.raw, nil)
				if err != nil {
					t.Fatalf("packet %d: %v", i, err)
				}
				got = append(got, plain[headerBytes:]...)
			}
			if !bytes.Equal(got, sound.PCMU) {
				t.Error("what was sent is not what was played")
			}

			sealer := side(t, suite, peerKey)
			r.deliver(s, peer, sealed(t, sealer, packet(0, 1, 0, 9, 1, 2, 3)),
				sealed(t, sealer, packet(101, 2, 800, 9, 5, 10, 0, 0)), sealed(t, sealer, packet(101, 3, 800, 9, 5, 10, 0, 160)))
			r.pass(tickLength)
			if string(sink.keys) != "5" || len(sink.heard) != 1 || !bytes.Equal(sink.heard[0], []byte{1, 2, 3}) {
				t.Errorf("keys %q, heard % x", sink.keys, sink.heard)
			}
		})
	}
}

func TestNothingPlainOrForgedCounts(t *testing.T) {
	r := newRig(t, Config{})
	sink := &recorder{}
	s, _ := r.start(sink, secured(sdp.SuiteSHA1Tag80))
	r.pass(tickLength)
	sealer := side(t, sdp.SuiteSHA1Tag80, peerKey)
	good := sealed(t, sealer, packet(101, 1, 0, 9, 1, 10, 0, 0))
	bent := sealed(t, sealer, packet(101, 2, 800, 9, 2, 10, 0, 0))
	bent[headerBytes] ^= 7
	r.deliver(s, peer,
		packet(101, 3, 1600, 9, 3, 10, 0, 0),                                                  // plain
		sealed(t, side(t, sdp.SuiteSHA1Tag80, ourKey), packet(101, 4, 2400, 9, 4, 10, 0, 0)),  // of another's key
		sealed(t, side(t, sdp.SuiteSHA1Tag32, peerKey), packet(101, 5, 3200, 9, 5, 10, 0, 0)), // of another suite
		bent, good, good)
	r.pass(tickLength)
	if got := s.Stats(); string(sink.keys) != "1" || got.Forged != 5 || got.Received != 1 {
		t.Errorf("keys = %q, stats = %+v, want the one sealed packet, once", sink.keys, got)
	}
	// A key of long ago, when the detector has forgotten it.
	for i := uint16(10); i < 50; i++ {
		r.deliver(s, peer, sealed(t, sealer, packet(101, i, uint32(i)*800, 9, uint8(i%10), 10, 0, 0)))
	}
	r.pass(tickLength)
	before := len(sink.keys)
	r.deliver(s, peer, good)
	r.pass(tickLength)
	if len(sink.keys) != before {
		t.Error("a packet that was recorded and sent again counted")
	}
}

func TestAForgedPacketLatchesNoSource(t *testing.T) {
	r := newRig(t, Config{})
	p := secured(sdp.SuiteSHA1Tag80)
	p.BehindNAT = true
	s, _ := r.start(&recorder{}, p)
	r.pass(tickLength)
	stranger := peer
	r.deliver(s, stranger, packet(0, 1, 0, 9, 1))
	r.pass(tickLength)
	if s.source.latched.IsValid() {
		t.Errorf("latched %s", s.source.latched)
	}
}

func TestAReINVITEWithTheSameKeysGoesOnAndWithOthersBeginsAnew(t *testing.T) {
	r := newRig(t, Config{})
	sink := &recorder{}
	s, socket := r.start(sink, secured(sdp.SuiteSHA1Tag80))
	opener, sealer := side(t, sdp.SuiteSHA1Tag80, ourKey), side(t, sdp.SuiteSHA1Tag80, peerKey)
	sequence := uint16(0)
	check := func(what, want string) {
		t.Helper()
		for range 40000 / 40 { // so that the sequence numbers come round
			sequence += 40
			r.deliver(s, peer, sealed(t, sealer, packet(0, sequence, uint32(sequence)*160, 9, 1)))
			r.pass(20 * time.Millisecond)
		}
		sequence++
		r.deliver(s, peer, sealed(t, sealer, packet(101, sequence, uint32(len(want))*8000, 9, uint8(len(want)), 10, 0, 0)))
		r.pass(tickLength)
		if string(sink.keys) != want {
			t.Errorf("%s: keys = %q, want %q, stats %+v", what, sink.keys, want, s.Stats())
		}
		for _, sent := range socket.take() {
			if _, err := opener.DecryptRTP(nil, sent.raw, nil); err != nil {
				t.Fatalf("%s: packet %d: %v", what, sent.sequence, err)
			}
		}
	}
	check("at first", "1")
	s.Update(secured(sdp.SuiteSHA1Tag80))
	check("the same keys", "12")
	p := secured(sdp.SuiteSHA1Tag80)
	p.Crypto.Receive = sdp.MasterKey(bytes.Repeat([]byte{3}, 30))
	sealer = side(t, sdp.SuiteSHA1Tag80, p.Crypto.Receive)
	s.Update(p)
	check("another key of the peer", "123")
}

func TestASuiteThatDoesNotExistSendsNothing(t *testing.T) {
	r := newRig(t, Config{})
	sink := &recorder{}
	s, socket := r.start(sink, secured("NULL"))
	r.deliver(s, peer, packet(101, 1, 0, 9, 1, 10, 0, 0))
	r.pass(10 * time.Second)
	if len(socket.take()) != 0 || len(r.network.sockets[controlOf(s.seat)].take()) != 0 || len(sink.keys) != 0 {
		t.Error("a packet went out or in unsealed")
	}
}

func TestReportsAreSealed(t *testing.T) {
	r := newRig(t, Config{})
	s, _ := r.start(&recorder{}, secured(sdp.SuiteSHA1Tag32))
	r.pass(5 * time.Second)
	sent := r.network.sockets[controlOf(s.seat)].take()
	if len(sent) == 0 {
		t.Fatal("no report")
	}
	plain, err := side(t, sdp.SuiteSHA1Tag32, ourKey).DecryptRTCP(nil, sent[0].raw, nil)
	if err != nil {
		t.Fatal(err)
	}
	if packets, err := rtcp.Unmarshal(plain); err != nil || len(packets) != 2 {
		t.Errorf("report = %v, %v", packets, err)
	}
	report := compound(t, &rtcp.ReceiverReport{SSRC: 9})
	ours, err := side(t, sdp.SuiteSHA1Tag32, peerKey).EncryptRTCP(nil, report, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.deliverControl(s, peerControl, report, ours)
	r.pass(tickLength)
	if got := s.Stats(); got.ReportsReceived != 1 || got.Forged != 1 {
		t.Errorf("stats = %+v, want one report and one forged", got)
	}
}

// FuzzSecured brings any bytes to an encrypted session. Facts: nothing of them counts,
// and each packet is counted once.
func FuzzSecured(f *testing.F) {
	f.Add(packet(101, 1, 0, 9, 5, 10, 0, 0))
	f.Add(sealed(f, side(f, sdp.SuiteSHA1Tag80, ourKey), packet(101, 1, 0, 9, 5, 10, 0, 0)))
	f.Fuzz(func(t *testing.T, input []byte) {
		r := newRig(t, Config{})
		sink := &recorder{}
		s, _ := r.start(sink, secured(sdp.SuiteSHA1Tag80))
		r.pass(tickLength)
		r.deliver(s, peer, input)
		r.deliverControl(s, peerControl, input)
		r.pass(tickLength)
		if got := s.Stats(); got.Forged+got.Unexpected != 2 || got.Received != 0 || len(sink.keys) != 0 {
			t.Errorf("stats = %+v", got)
		}
	})
}

// BenchmarkPacket measures what a packet of 20 ms costs the engine, out and in, without
// the kernel's part.
func BenchmarkPacket(b *testing.B) {
	for name, p := range map[string]Params{"plain": agreed(), "SRTP": secured(sdp.SuiteSHA1Tag80)} {
		b.Run(name+" out", func(b *testing.B) {
			r := newRig(b, Config{})
			s, socket := r.start(quiet{}, p)
			socket.forget = true
			r.pass(20 * time.Millisecond)
			b.ReportAllocs()
			for b.Loop() {
				s.sendSound(160)
			}
		})
		b.Run(name+" in", func(b *testing.B) {
			r := newRig(b, Config{})
			s, _ := r.start(quiet{}, p)
			r.pass(tickLength)
			sealer := side(b, sdp.SuiteSHA1Tag80, peerKey)
			var all [1 << 16][]byte
			for i := range all {
				all[i] = packet(0, uint16(i), uint32(i)*160, 9, make([]byte, 160)...)
			}
			b.ReportAllocs()
			b.ResetTimer()
			for i := 0; b.Loop(); i++ {
				in := all[i%len(all)]
				if p.Crypto.Suite != "" {
					b.StopTimer()
					in = sealed(b, sealer, in)
					b.StartTimer()
				}
				s.receive(in, peer)
			}
			if got := s.Stats(); got.Forged != 0 || got.Received == 0 {
				b.Fatalf("stats = %+v", got)
			}
		})
	}
}
