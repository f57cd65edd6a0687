package media

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"tsunagi/server/audio"
	"tsunagi/server/sdp"
)

func TestSilenceIsSentWithoutABreak(t *testing.T) {
	for _, codec := range []struct {
		name    sdp.Codec
		pt      uint8
		silence byte
	}{{sdp.PCMU, 0, 0xFF}, {sdp.PCMA, 8, 0xD5}} {
		for _, ms := range []int{10, 20, 30, 40, 60} {
			t.Run(fmt.Sprintf("%s in packets of %d ms", codec.name, ms), func(t *testing.T) {
				r := newRig(t, Config{})
				p := agreed()
				p.Codec, p.PayloadType, p.Ptime = codec.name, codec.pt, time.Duration(ms)*time.Millisecond
				_, socket := r.start(&recorder{}, p)
				r.pass(1200 * time.Millisecond)
				sent := socket.take()
				if want := 1200 / ms; len(sent) != want {
					t.Fatalf("%d packets in 1.2 s, want %d", len(sent), want)
				}
				for i, got := range sent {
					want := header{
						payloadType: codec.pt, marker: i == 0, sequence: sent[0].sequence + uint16(i),
						timestamp: sent[0].timestamp + uint32(i*ms*8), ssrc: sent[0].ssrc,
					}
					if got.header != want {
						t.Fatalf("packet %d: header = %+v, want %+v", i, got.header, want)
					}
					if !bytes.Equal(got.payload, bytes.Repeat([]byte{codec.silence}, ms*8)) {
						t.Fatalf("packet %d is not silence: % x", i, got.payload)
					}
					if got.to != peer {
						t.Fatalf("packet %d went to %s", i, got.to)
					}
				}
			})
		}
	}
}

func TestAPacketLengthThatIsNotSentMeansTwentyMilliseconds(t *testing.T) {
	for _, ptime := range []time.Duration{0, -time.Second, 25 * time.Millisecond, 20*time.Millisecond + 1, time.Hour} {
		if got := (Params{Ptime: ptime}).normal().Ptime; got != 20*time.Millisecond {
			t.Errorf("Ptime %v means %v, want 20ms", ptime, got)
		}
	}
}

func TestWhatIsPlayedIsSentAndReported(t *testing.T) {
	long := []*audio.Clip{clip(3, 1), clip(2, 50), clip(1, 99)}
	silence := func(n int) []byte { return bytes.Repeat([]byte{0xFF}, n) }
	cases := []struct {
		name  string
		ptime int
		clips []*audio.Clip
		want  []byte // in the packets up to PlayedOut
	}{
		{"one clip", 20, long[:1], long[0].PCMU},
		{"several clips", 20, long, slices.Concat(long[0].PCMU, long[1].PCMU, long[2].PCMU)},
		{"packets of 10 ms", 10, long, slices.Concat(long[0].PCMU, long[1].PCMU, long[2].PCMU)},
		{"packets of 30 ms over the joints", 30, long[:2], slices.Concat(long[0].PCMU, long[1].PCMU, silence(20*8))},
		{"packets of 40 ms end with silence", 40, long[:1], slices.Concat(long[0].PCMU, silence(20*8))},
		{"nothing", 20, nil, silence(160)},
		{"empty and missing clips", 20, []*audio.Clip{{}, nil, long[2], {}}, long[2].PCMU},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, Config{})
			sink := &recorder{}
			p := agreed()
			p.Ptime = time.Duration(c.ptime) * time.Millisecond
			s, socket := r.start(sink, p)
			r.pass(p.Ptime) // settled: one packet of silence
			socket.take()
			s.Play(7, c.clips, false)
			for range 20 {
				if len(sink.played) > 0 {
					break
				}
				r.pass(p.Ptime)
			}
			if got := payloads(socket.take()); !bytes.Equal(got, c.want) {
				t.Errorf("%d bytes were sent before PlayedOut, want %d equal ones", len(got), len(c.want))
			}
			r.pass(3 * p.Ptime)
			if got := payloads(socket.take()); !bytes.Equal(got, silence(3*c.ptime*8)) {
				t.Errorf("no silence after the end")
			}
			if !slices.Equal(sink.played, []int{7}) {
				t.Errorf("PlayedOut for turns %v, want 7 once", sink.played)
			}
		})
	}
}

func TestANewPlayReplacesTheOlderUnreported(t *testing.T) {
	r := newRig(t, Config{})
	sink := &recorder{}
	s, socket := r.start(sink, agreed())
	older, newer := clip(5, 1), clip(2, 9)
	s.Play(1, []*audio.Clip{older}, false)
	r.pass(60 * time.Millisecond)
	s.Play(2, []*audio.Clip{newer}, false)
	r.pass(400 * time.Millisecond)
	got := payloads(socket.take())
	want := slices.Concat(older.PCMU[:3*160], newer.PCMU)
	if !bytes.HasPrefix(got, want) {
		t.Error("what was sent is not three frames of the older and the newer whole")
	}
	if !slices.Equal(sink.played, []int{2}) {
		t.Errorf("PlayedOut for turns %v, want 2 alone", sink.played)
	}
}

// A Play that the loop has not taken yet silences the report of the older one all the
// same, so that who plays need not fear the tick between.
func TestAPlayNotYetTakenSilencesTheOlder(t *testing.T) {
	for name, replace := range map[string]func(*Session){
		"Play": func(s *Session) { s.Play(2, []*audio.Clip{clip(50, 9)}, false) },
		"Stop": func(s *Session) { s.Stop() },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, Config{})
			sink := &recorder{}
			s, _ := r.start(sink, agreed())
			s.Play(1, []*audio.Clip{clip(1, 1)}, false)
			r.takeCommands()
			replace(s)
			r.mu.Lock() // somebody posts just now, so the loop goes on without
			r.pass(20 * time.Millisecond)
			r.mu.Unlock()
			r.pass(40 * time.Millisecond)
			if len(sink.played) != 0 {
				t.Errorf("PlayedOut for turns %v, want none", sink.played)
			}
		})
	}
}

func TestStopGoesSilentUnreported(t *testing.T) {
	r := newRig(t, Config{})
	sink := &recorder{}
	s, socket := r.start(sink, agreed())
	s.Play(1, []*audio.Clip{clip(5, 1)}, false)
	r.pass(40 * time.Millisecond)
	socket.take()
	s.Stop()
	r.pass(200 * time.Millisecond)
	if got := payloads(socket.take()); !bytes.Equal(got, bytes.Repeat([]byte{0xFF}, 10*160)) {
		t.Error("no silence after Stop")
	}
	if len(sink.played) != 0 {
		t.Errorf("PlayedOut for turns %v, want none", sink.played)
	}
}

func TestALoopBeginsAgain(t *testing.T) {
	for _, ms := range []int{20, 30, 60} {
		r := newRig(t, Config{})
		sink := &recorder{}
		p := agreed()
		p.Ptime = time.Duration(ms) * time.Millisecond
		s, socket := r.start(sink, p)
		a, b := clip(2, 1), clip(1, 90)
		s.Play(1, []*audio.Clip{a, b}, true)
		r.pass(600 * time.Millisecond)
		want := bytes.Repeat(slices.Concat(a.PCMU, b.PCMU), 10)
		if got := payloads(socket.take()); !bytes.Equal(got, want) {
			t.Errorf("packets of %d ms: the loop is not sent ten times over", ms)
		}
		if len(sink.played) != 0 {
			t.Errorf("PlayedOut for turns %v of a loop, want none", sink.played)
		}
	}
}

func TestALoopOfNothingIsPlayedOut(t *testing.T) {
	r := newRig(t, Config{})
	sink := &recorder{}
	s, socket := r.start(sink, agreed())
	s.Play(1, []*audio.Clip{{}, nil}, true)
	r.pass(40 * time.Millisecond)
	if got := payloads(socket.take()); !bytes.Equal(got, bytes.Repeat([]byte{0xFF}, 2*160)) {
		t.Error("a loop of nothing is not silent")
	}
	if !slices.Equal(sink.played, []int{1}) {
		t.Errorf("PlayedOut for turns %v, want 1", sink.played)
	}
}

// telephony.md 1, behaviour 13: codec switch in mid-call, by a re-INVITE.
func TestACodecSwitchGoesOnInTheMiddle(t *testing.T) {
	r := newRig(t, Config{})
	s, socket := r.start(&recorder{}, agreed())
	c := clip(6, 1)
	s.Play(1, []*audio.Clip{c}, false)
	r.pass(60 * time.Millisecond)
	p := agreed()
	p.Codec, p.PayloadType, p.Remote = sdp.PCMA, 8, netip.MustParseAddrPort("198.51.100.9:5000")
	s.Update(p)
	r.pass(60 * time.Millisecond)
	sent := socket.take()
	if want := slices.Concat(c.PCMU[:480], c.PCMA[480:]); !bytes.Equal(payloads(sent), want) {
		t.Error("the sound does not go on where it was")
	}
	for i, got := range sent[3:] {
		if got.payloadType != 8 || got.to != p.Remote || got.sequence != sent[2].sequence+uint16(i)+1 {
			t.Errorf("packet %d after the switch = %+v to %s", i, got.header, got.to)
		}
	}
}

// telephony.md 1, behaviour 8: on hold (sendonly, inactive, 0.0.0.0) the prompt stands
// still; resume goes on where it was.
func TestHoldPausesThePromptAndTheKeys(t *testing.T) {
	for name, held := range map[string]func(*Params){
		"sendonly":  func(p *Params) { p.Direction = sdp.RecvOnly },
		"inactive":  func(p *Params) { p.Direction = sdp.Inactive },
		"0.0.0.0":   func(p *Params) { p.Remote = netip.AddrPort{} },
		"both ways": func(p *Params) { p.Direction, p.Remote = sdp.Inactive, netip.AddrPort{} },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, Config{})
			sink := &recorder{}
			s, socket := r.start(sink, agreed())
			c := clip(6, 1)
			s.Play(1, []*audio.Clip{c}, false)
			r.pass(60 * time.Millisecond)
			p := agreed()
			held(&p)
			s.Update(p)
			s.SendKey('5', 40*time.Millisecond, 0)
			before := socket.take()
			r.pass(time.Second)
			if got := socket.take(); len(got) != 0 {
				t.Fatalf("%d packets were sent on hold", len(got))
			}
			s.Update(agreed())
			r.pass(time.Second)
			after := socket.take()
			last := before[len(before)-1]
			if first := after[0]; !first.marker || first.sequence != last.sequence+1 || first.timestamp != last.timestamp+51*160 {
				t.Errorf("first packet after the hold = %+v, last before = %+v", after[0].header, last.header)
			}
			var sound []byte
			events := 0
			for _, got := range after {
				if got.payloadType == 101 {
					events++
				} else {
					sound = append(sound, got.payload...)
				}
			}
			if !bytes.HasPrefix(sound, c.PCMU[480:]) {
				t.Error("the prompt does not go on where it was")
			}
			if events != 5 || !slices.Equal(sink.played, []int{1}) {
				t.Errorf("%d event packets and turns %v played, want 5 and turn 1", events, sink.played)
			}
		})
	}
}

func TestAnotherPacketLengthKeepsTheClock(t *testing.T) {
	r := newRig(t, Config{})
	s, socket := r.start(&recorder{}, agreed())
	c := clip(60, 1)
	s.Play(1, []*audio.Clip{c}, false)
	r.pass(107 * time.Millisecond)
	p := agreed()
	p.Ptime = 30 * time.Millisecond
	s.Update(p)
	r.pass(301 * time.Millisecond)
	sent := socket.take()
	for i := 1; i < len(sent); i++ {
		least := sent[i-1].timestamp + uint32(len(sent[i-1].payload))
		if ahead := int32(sent[i].timestamp - least); ahead < 0 || ahead > 0 && !sent[i].marker {
			t.Errorf("packet %d begins %d after the end of the one before, marker %v", i, ahead, sent[i].marker)
		}
	}
	if got := payloads(sent); !bytes.Equal(got, c.PCMU[:len(got)]) {
		t.Error("sound was lost or doubled at the change")
	}
	if got := len(sent[len(sent)-1].payload); got != 240 {
		t.Errorf("last packet has %d bytes, want 240", got)
	}
}

func TestALateLoopMakesUpForWhatItMissed(t *testing.T) {
	r := newRig(t, Config{})
	s, socket := r.start(&recorder{}, agreed())
	r.pass(100 * time.Millisecond)
	r.stall(100 * time.Millisecond)
	sent := socket.take()
	if len(sent) != 10 {
		t.Fatalf("%d packets in 200 ms of which the loop missed 100, want 10", len(sent))
	}
	for i := range sent {
		if sent[i].timestamp != sent[0].timestamp+uint32(i)*160 || sent[i].marker != (i == 0) {
			t.Errorf("packet %d = %+v", i, sent[i].header)
		}
	}
	// The fifth of the missed slots is due at the very tick the loop came back.
	if late := s.Stats().Late; late != 4 || r.Stats().Late != 4 {
		t.Errorf("late = %d, engine %d, want 4 both", late, r.Stats().Late)
	}
}

func TestALoopFarBehindGoesOnWithThePresent(t *testing.T) {
	r := newRig(t, Config{})
	_, socket := r.start(&recorder{}, agreed())
	r.pass(100 * time.Millisecond)
	before := socket.take()
	r.stall(10 * time.Second)
	r.pass(40 * time.Millisecond)
	after := socket.take()
	if len(after) > 3 {
		t.Errorf("%d packets at once after a stall of 10 s", len(after))
	}
	last := before[len(before)-1]
	if first := after[0]; first.sequence != last.sequence+1 || !first.marker || first.timestamp-last.timestamp < 79840 {
		t.Errorf("first packet after the stall = %+v, last before = %+v", first.header, last.header)
	}
	if got := r.Stats().Skipped; got < 9900 {
		t.Errorf("skipped = %d ticks, want about 10,000", got)
	}
}

// TestCallsAreSpreadOverTheSlots: few calls share few slots, so that the loop wakes
// seldom; once each slot has its company, the calls are spread evenly.
func TestCallsAreSpreadOverTheSlots(t *testing.T) {
	r := newRig(t, Config{PortMin: 20000, PortMax: 31999})
	start := func(calls int) (busy int) {
		for range calls {
			r.start(&recorder{}, agreed())
		}
		r.pass(time.Millisecond)
		for _, slot := range r.wheel.slots[:20] {
			if len(slot) > 0 {
				busy++
			}
		}
		return busy
	}
	if busy := start(2*company + 1); busy != 3 {
		t.Errorf("%d calls are sent at %d times, want 3", 2*company+1, busy)
	}
	start(20*company + 60 - (2*company + 1))
	for i, slot := range r.wheel.slots {
		if len(slot) != company+3 {
			t.Errorf("slot %d has %d calls, want %d in each", i, len(slot), company+3)
		}
	}
}

// Of a session, a packet that was not taken counts as unsent and not as sent.
func TestUnsentIsNotSent(t *testing.T) {
	r := newRig(t, Config{})
	s, _ := r.start(quiet{}, agreed())
	r.pass(100 * time.Millisecond)
	before := s.Stats()
	r.unsent(s.seat)
	r.unsent(s.seat + 1) // nobody's
	if after := s.Stats(); after.Sent != before.Sent-1 || after.Unsent != before.Unsent+1 || before.Sent == 0 {
		t.Errorf("before %+v, after %+v", before, after)
	}
}
