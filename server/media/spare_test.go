package media

import (
	"net"
	"testing"

	"tsunagi/server/audio"
)

// sendSound sends packets of sound with the sequence numbers from one up to another.
func sendSound(t *testing.T, conn *net.UDPConn, s *Session, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		p := packet(0, uint16(i), uint32(i)*160, 7, make([]byte, 160)...)
		if _, err := conn.WriteToUDPAddrPort(p, s.LocalAddr()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSoundThatNobodyListensToIsCountedAllTheSame(t *testing.T) {
	onEach(t, testPorts, func(t *testing.T, e *Engine) {
		sink := newTold()
		s, conn := talk(t, e, sink, agreed())
		sendSound(t, conn, s, 1, 2)
		await(t, "the first packet is taken", func() bool { return s.Stats().Received == 1 })
		await(t, "the machine spares the session or says that it cannot", func() bool {
			decided := make(chan bool, 1)
			s.command(func() { decided <- s.sparing || s.unsparing })
			return <-decided
		})
		// 40 packets that are lost, and a key in the middle.
		sendSound(t, conn, s, 2, 81)
		event := packet(101, 81, 81*160, 7, 5, 10, 0, 160)
		if _, err := conn.WriteToUDPAddrPort(event, s.LocalAddr()); err != nil {
			t.Fatal(err)
		}
		if k := <-sink.keys; k != '5' {
			t.Errorf("key %c, want 5", k)
		}
		sendSound(t, conn, s, 122, 202)
		settled := func() Stats {
			done := make(chan Stats, 1)
			s.command(func() { s.settle(); done <- s.Stats() })
			return <-done
		}
		await(t, "all packets are counted", func() bool { return settled().Received == 161 })
		if lost := settled().Lost; lost < 37 || lost > 40 {
			t.Errorf("lost %d packets, want 40, of which the last three may be unknown", lost)
		}
	})
}

func TestWhoListensHearsAllOfTheSound(t *testing.T) {
	onEach(t, testPorts, func(t *testing.T, e *Engine) {
		sink := newTold()
		s, conn := talk(t, e, sink, agreed())
		sendSound(t, conn, s, 1, 2)
		await(t, "the first packet is taken", func() bool { return s.Stats().Received == 1 })
		// The peer's keys are to be heard in its sound from now on: 60 ms of the tone of 5.
		p := agreed()
		p.Remote = conn.LocalAddr().(*net.UDPAddr).AddrPort()
		p.Tones = true
		s.Update(p)
		await(t, "the machine hands all sound over", func() bool {
			handed := make(chan bool, 1)
			s.command(func() { handed <- !s.sparing && s.params.Tones })
			return <-handed
		})
		// A tone and the silence after it, which ends it.
		sound := audio.EncodePCMU(append(toneOf('5', 5), make([]int16, 5*audio.FrameSamples)...))
		for i := range 10 {
			b := packet(0, uint16(2+i), uint32(2+i)*160, 7, sound[i*160:(i+1)*160]...)
			if _, err := conn.WriteToUDPAddrPort(b, s.LocalAddr()); err != nil {
				t.Fatal(err)
			}
		}
		if k := <-sink.keys; k != '5' {
			t.Errorf("key %c, want 5", k)
		}
	})
}
