package media

import (
	"net"
	"testing"
	"time"
)

// tiedTo starts a session with a telephone that has been heard, and waits until the machine
// has tied the two, or has said that it cannot.
func tiedTo(t *testing.T, e *Engine) (*Session, told, *net.UDPConn) {
	t.Helper()
	sink := newTold()
	s, conn := talk(t, e, sink, agreed())
	say(t, conn, s, packet(0, 1, 160, 7, make([]byte, 160)...))
	await(t, "the two are tied", func() bool { return ties(s) })
	return s, sink, conn
}

// ties reports whether a session is tied, or cannot be.
func ties(s *Session) bool {
	answer := make(chan bool, 1)
	s.command(func() { answer <- s.tied || s.untying })
	return <-answer
}

func say(t *testing.T, from *net.UDPConn, s *Session, b []byte) {
	t.Helper()
	if _, err := from.WriteToUDPAddrPort(b, s.LocalAddr()); err != nil {
		t.Fatal(err)
	}
}

// press is a packet of a key that was pressed at a time.
func press(key byte, at int) []byte {
	return packet(101, uint16(at), uint32(at)*800, 9, key, 0x8A, 1, 0)
}

func TestAnotherIsHeardOnceThePeerIsSilent(t *testing.T) {
	onEach(t, testPorts, func(t *testing.T, e *Engine) {
		s, sink, conn := tiedTo(t, e)
		heir, _ := telephone(t)
		say(t, heir, s, press(9, 1)) // too early
		say(t, conn, s, press(4, 2))
		if k := next(t, sink.keys); k != '4' {
			t.Fatalf("key %c, want the peer's", k)
		}
		for at := 3; len(sink.keys) == 0; at++ {
			if at > 1000 {
				t.Fatal("nobody else is ever heard")
			}
			say(t, heir, s, press(5, at))
			time.Sleep(20 * time.Millisecond)
		}
		if k := next(t, sink.keys); k != '5' {
			t.Errorf("key %c, want the heir's", k)
		}
	})
}

func TestAPeerThatHasMovedIsSentToAndHeardThere(t *testing.T) {
	onEach(t, testPorts, func(t *testing.T, e *Engine) {
		s, sink, _ := tiedTo(t, e)
		conn, addr := telephone(t)
		p := agreed()
		p.Remote = addr
		s.Update(p)
		read(t, conn)
		say(t, conn, s, press(6, 9))
		if k := next(t, sink.keys); k != '6' {
			t.Errorf("key %c, want 6", k)
		}
	})
}

// A telephone whose port is closed for a while, its program being started anew, is sent to
// meanwhile: what the machine says of one packet takes no other with it.
func TestAPeerThatWasAwayIsSentToAllTheSame(t *testing.T) {
	onEach(t, testPorts, func(t *testing.T, e *Engine) {
		s, _, conn := tiedTo(t, e)
		addr := conn.LocalAddr().(*net.UDPAddr).AddrPort()
		if err := conn.Close(); err != nil {
			t.Fatal(err)
		}
		// Until after it has been silent for so long that it is tied no more.
		before := s.Stats()
		await(t, "20 packets are sent", func() bool { return s.Stats().Sent >= before.Sent+20 })
		if s.Stats().Unsent != before.Unsent {
			t.Errorf("%d packets were not sent", s.Stats().Unsent-before.Unsent)
		}
		back := listenUDP(t, addr)
		defer back.Close()
		if err := back.SetDeadline(time.Now().Add(patienceOfTests)); err != nil {
			t.Fatal(err)
		}
		read(t, back)
	})
}
