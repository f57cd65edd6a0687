package media

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"tsunagi/server/dtmf"
)

// line carries what two sessions of a rig send to each other.
type line struct {
	rig    *rig
	a, b   *Session
	random *rand.Rand
	ways   [2]*rand.Rand // made of random
	loss   float64       // of packets
	double float64
	swap   float64 // comes after the packet that follows it
	held   [2][]byte

	burst      float64 // packets lost at once on average; up to 1: each for itself
	losing     [2]bool
	sent, lost int // packets
	presses    []linePress
}

// linePress is a press on its way from a to b.
type linePress struct {
	timestamp uint32
	key       byte
	came      int // packets of it that have
}

// note takes down a packet of a press that was sent and whether it comes.
func (l *line) note(sent sentPacket, comes bool) {
	report, ok := dtmf.ParseReport(sent.payload)
	if sent.payloadType != agreed().EventPayloadType || !ok {
		return
	}
	if n := len(l.presses); n == 0 || l.presses[n-1].timestamp != sent.timestamp {
		l.presses = append(l.presses, linePress{timestamp: sent.timestamp, key: byte(report.Key)})
	}
	if comes {
		l.presses[len(l.presses)-1].came++
	}
}

// newLine opens a phone and a server that talk to each other.
func newLine(t *testing.T, phone, server Sink) *line {
	r := newRig(t, Config{})
	l := &line{rig: r, random: rand.New(rand.NewPCG(1, 2))}
	l.a, _ = r.start(phone, Params{})
	l.b, _ = r.start(server, Params{})
	toServer, toPhone := agreed(), agreed()
	toServer.Remote, toPhone.Remote = l.b.LocalAddr(), l.a.LocalAddr()
	l.a.Update(toServer)
	l.b.Update(toPhone)
	return l
}

// pass lets time pass and carries the packets.
func (l *line) pass(d time.Duration) {
	for range int64(d / tickLength) {
		l.rig.pass(tickLength)
		l.carry(0, l.a, l.b)
		l.carry(1, l.b, l.a)
	}
}

// chance is the next random number of a way. Each way has its own, so that what is lost of
// one does not depend on when packets of the other are sent.
func (l *line) chance(way int) float64 {
	if l.ways[way] == nil {
		l.ways[way] = rand.New(rand.NewPCG(l.random.Uint64(), uint64(way)))
	}
	return l.ways[way].Float64()
}

// drops decides whether the next packet of a way is lost. In bursts, a line that loses
// goes on to lose with the chance that makes bursts of the average length, and begins to
// lose with the chance that keeps the share of all packets at loss.
func (l *line) drops(way int) bool {
	if l.burst <= 1 {
		return l.chance(way) < l.loss
	}
	chance := l.loss / (l.burst * (1 - l.loss))
	if l.losing[way] {
		chance = 1 - 1/l.burst
	}
	l.losing[way] = l.chance(way) < chance
	return l.losing[way]
}

func (l *line) carry(way int, from, to *Session) {
	for _, sent := range l.rig.network.sockets[from.seat].take() {
		b := make([]byte, headerBytes)
		sent.put(b)
		b = append(b, sent.payload...)
		l.sent++
		dropped := l.drops(way)
		if way == 0 {
			l.note(sent, !dropped)
		}
		if dropped {
			l.lost++
			continue
		}
		if l.chance(way) < l.swap && l.held[way] == nil {
			l.held[way] = b
			continue
		}
		l.rig.deliver(to, from.LocalAddr(), b)
		if l.chance(way) < l.double {
			l.rig.deliver(to, from.LocalAddr(), b)
		}
		if l.held[way] != nil {
			l.rig.deliver(to, from.LocalAddr(), l.held[way])
			l.held[way] = nil
		}
	}
}

const card = "4111111111111111#1228123*ABCD"

func TestEachKeyThatIsPressedIsHeardOnce(t *testing.T) {
	const ms = time.Millisecond
	cases := []struct {
		name               string
		length, pause      time.Duration
		loss, double, swap float64
	}{
		{"at leisure", 120 * ms, 120 * ms, 0, 0, 0},
		{"40 ms and no gap", 40 * ms, 0, 0, 0, 0},
		{"no length at all", 0, 0, 0, 0, 0},
		{"odd lengths", 47 * ms, 13 * ms, 0, 0, 0},
		{"20 % loss", 120 * ms, 100 * ms, 0.2, 0, 0},
		{"20 % doubled", 80 * ms, 60 * ms, 0, 0.2, 0},
		{"20 % loss, doubled and late", 120 * ms, 80 * ms, 0.2, 0.2, 0.2},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			phone, server := &recorder{}, &recorder{}
			l := newLine(t, phone, server)
			l.loss, l.double, l.swap = c.loss, c.double, c.swap
			l.pass(100 * ms)
			for _, k := range []byte(card) {
				l.a.SendKey(dtmf.Key(k), c.length, c.pause)
			}
			l.pass(time.Duration(len(card))*(c.length+c.pause+60*ms) + 200*ms)
			if string(server.keys) != card {
				t.Errorf("keys = %q, want %q", server.keys, card)
			}
			if len(phone.keys) != 0 {
				t.Errorf("the phone heard keys of its own: %q", phone.keys)
			}
		})
	}
}

// telephony.md 1, behaviour 13: events under a payload type other than 101.
func TestKeysAreHeardUnderAnyAgreedNumber(t *testing.T) {
	cases := []struct {
		agreed, sent uint8
		want         string
	}{
		{101, 101, "5"}, {96, 96, "5"},
		{96, 101, "5"}, // our own offer said 101
		{0, 101, "5"},  // nothing was said
		{101, 96, ""}, {101, 0, ""},
	}
	for _, c := range cases {
		t.Run(fmt.Sprintf("agreed on %d, sent as %d", c.agreed, c.sent), func(t *testing.T) {
			r := newRig(t, Config{})
			sink := &recorder{}
			p := agreed()
			p.EventPayloadType = c.agreed
			s, _ := r.start(sink, p)
			r.pass(tickLength)
			r.deliver(s, peer, packet(c.sent, 1, 0, 9, 5, 10, 0, 160))
			r.pass(tickLength)
			if string(sink.keys) != c.want {
				t.Errorf("keys = %q, want %q", sink.keys, c.want)
			}
		})
	}
}

// telephony.md 1, behaviour 2: the timestamp goes back, jumps and wraps, seq wraps within
// a press, a new SSRC, an address that a re-INVITE moves.
func TestKeysGoOnWhenThePeerJumps(t *testing.T) {
	r := newRig(t, Config{})
	sink := &recorder{}
	s, _ := r.start(sink, agreed())
	r.pass(tickLength)
	press := func(key byte, seq uint16, ts, ssrc uint32) {
		r.deliver(s, peer, packet(101, seq, ts, ssrc, key, 10, 0, 160), packet(101, seq+1, ts, ssrc, key, 0x8A, 1, 64))
		r.pass(20 * time.Millisecond)
	}
	press(1, 65535, 90000000, 1)      // the sequence number wraps within the press
	press(1, 1, 90000000-66847096, 1) // as after Asterisk's attended transfer
	press(2, 3, 0xFFFFFF80, 1)        // forward
	press(2, 5, 0x80, 1)              // the timestamp wraps
	press(3, 40000, 0x80, 2)          // a new SSRC
	press(3, 100, 500, 2)             // the sequence number jumps back
	s.Update(agreed())                // a re-INVITE that changes nothing
	press(4, 102, 1000, 2)            //
	moved := agreed()                 // one that moves the peer
	moved.Remote = netip.MustParseAddrPort("198.51.100.8:4100")
	s.Update(moved)
	r.pass(tickLength)
	r.deliver(s, moved.Remote, packet(101, 1, 77, 3, 5, 10, 0, 0))
	r.pass(tickLength)
	if got, want := string(sink.keys), "11223345"; got != want {
		t.Errorf("keys = %q, want %q", got, want)
	}
}

// The loop once spun for ever here, on a machine that was too busy to run it in time.
func TestALoopThatStoodStillWhileAKeyWasDownGoesOn(t *testing.T) {
	server := &recorder{}
	l := newLine(t, &recorder{}, server)
	l.a.SendKey('4', 100*time.Millisecond, 50*time.Millisecond)
	l.a.SendKey('2', 100*time.Millisecond, 50*time.Millisecond)
	l.pass(30 * time.Millisecond) // the first key is down
	l.rig.stall((maxBehind + 100) * time.Millisecond)
	l.pass(time.Second)
	if string(server.keys) != "42" {
		t.Errorf("keys = %q, want 42", server.keys)
	}
}
