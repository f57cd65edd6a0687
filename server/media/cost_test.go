package media

import (
	"testing"

	"tsunagi/server/audio"
	"tsunagi/server/dtmf"
)

// quiet is a Sink and Listener that does nothing, for measuring.
type quiet struct{}

func (quiet) Key(dtmf.Key)  {}
func (quiet) PlayedOut(int) {}
func (quiet) MediaLost()    {}
func (quiet) Heard([]byte)  {}

// busy returns a rig with sessions that play a loop and forget what they send.
func busy(t testing.TB, sessions int) (*rig, []*Session) {
	r := newRig(t, Config{MediaTimeout: 1 << 60, PortMin: 20000, PortMax: 60000})
	var all []*Session
	loop := []*audio.Clip{clip(50, 1), clip(20, 2)}
	for range sessions {
		s, socket := r.start(quiet{}, agreed())
		socket.forget = true
		s.Play(1, loop, true)
		all = append(all, s)
	}
	r.pass(cycle * tickLength)
	return r, all
}

func TestAPacketCostsNoAllocation(t *testing.T) {
	r, sessions := busy(t, 40)
	receive, more, unsent := r.receive, r.hasTime, r.unsent
	sound, event := packet(0, 0, 0, 9, make([]byte, 160)...), packet(101, 0, 0, 9, 5, 10, 0, 0)
	seq := uint16(0)
	got := testing.AllocsPerRun(1000, func() {
		for range 2 {
			seq++
			for _, b := range [][]byte{sound, event} {
				header{payloadType: b[1] & 0x7F, sequence: seq, timestamp: uint32(seq) * 160, ssrc: 9}.put(b)
				sessions[0].receive(b, peer)
			}
		}
		r.clock.time += tickLength
		r.step(receive, more, unsent)
	})
	if got != 0 {
		t.Errorf("allocations in a tick = %v, want 0", got)
	}
	if n := sessions[0].Stats(); n.Received < 4000 || n.Sent < 50 {
		t.Errorf("stats = %+v, so the measured ticks did no work", n)
	}
}

// BenchmarkSlot measures the engine's own part of one tick with 1,000 calls, 50 packets
// out and 50 in, without the kernel's part.
func BenchmarkSlot(b *testing.B) {
	r, sessions := busy(b, 1000)
	receive, more, unsent := r.receive, r.hasTime, r.unsent
	in := packet(0, 0, 0, 9, make([]byte, 160)...)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		header{sequence: uint16(i), timestamp: uint32(i) * 160, ssrc: 9}.put(in)
		for n := range 50 {
			sessions[(i*50+n)%1000].receive(in, peer)
		}
		r.clock.time += tickLength
		r.step(receive, more, unsent)
	}
}
