package media

import (
	"bytes"
	"testing"
	"time"

	"tsunagi/server/audio"
	"tsunagi/server/dtmf"
)

// A prompt that a key leads to begins when the key is up: at its end, 60 ms after its last
// report where the end was lost, and after half a second while it is held.
func TestAPromptWaitsForTheEndOfTheKey(t *testing.T) {
	const ms = time.Millisecond
	for name, row := range map[string]struct {
		reports int  // every 20 ms, the first at once
		ended   bool // by another after those
		from    time.Duration
		to      time.Duration // when the prompt begins after the first report
	}{
		"a usual press":    {5, true, 100 * ms, 121 * ms},
		"its end is lost":  {5, false, 140 * ms, 161 * ms},
		"one packet of it": {1, false, 60 * ms, 81 * ms},
		"held":             {100, true, 500 * ms, 521 * ms},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, Config{})
			sink := &recorder{}
			s, socket := r.start(sink, agreed())
			r.pass(20 * ms)
			begun := time.Duration(-1)
			watch := func(at time.Duration) {
				for _, p := range socket.take() {
					if begun < 0 && !bytes.Equal(p.payload, silencePCMU[:len(p.payload)]) {
						begun = at
					}
				}
			}
			for at := time.Duration(0); at < time.Second; at += ms {
				if n := int(at / (20 * ms)); at%(20*ms) == 0 && (n < row.reports || n == row.reports && row.ended) {
					report := dtmf.Report{Key: '1', End: n == row.reports, Duration: uint16(n * 160)}.Encode()
					r.deliver(s, peer, packet(101, uint16(n), 800, 7, report[:]...))
				}
				r.pass(ms)
				if at == 0 {
					s.Play(1, []*audio.Clip{clip(50, 1)}, false)
				}
				watch(at)
			}
			if begun < row.from || begun > row.to {
				t.Errorf("the prompt begins after %v, want %v to %v", begun, row.from, row.to)
			}
			if string(sink.keys) != "1" {
				t.Errorf("keys %q", sink.keys)
			}
		})
	}
}

// What plays already goes on over a key: whether the key stops it is not decided here.
func TestAKeyDoesNotInterruptWhatPlays(t *testing.T) {
	const ms = time.Millisecond
	r := newRig(t, Config{})
	s, socket := r.start(&recorder{}, agreed())
	s.Play(1, []*audio.Clip{clip(50, 1)}, false)
	r.pass(100 * ms)
	socket.take()
	r.deliver(s, peer, packet(101, 1, 800, 7, 1, 10, 0, 0))
	r.pass(200 * ms)
	for i, p := range socket.take() {
		if bytes.Equal(p.payload, silencePCMU[:len(p.payload)]) {
			t.Errorf("packet %d is silence", i)
		}
	}
}
