package sipua

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"tsunagi/server/dtmf"
)

// pressInfo reports a key by INFO without waiting for the answer.
func (w *wire) pressInfo(key byte) {
	w.t.Helper()
	w.send("INFO", map[string]string{"Content-Type": "application/dtmf-relay"},
		fmt.Sprintf("Signal=%c\nDuration=160\n", key))
}

// keys waits for n keys and returns them.
func keys(t *testing.T, l *Leg, n int) string {
	t.Helper()
	var got []byte
	for range n {
		got = append(got, byte(until(t, l, Key).Key))
	}
	return string(got)
}

// Behaviour 7: SIP INFO (application/dtmf, application/dtmf-relay), in CSeq order. The
// telephone sends a whole card number without waiting for answers.
func TestKeysByInfoComeInOrder(t *testing.T) {
	ls := make(legs, 1)
	e := serve(t, Config{}, ls)
	const card = "4111111111111111#"
	for range 20 {
		w := dialWire(t, e)
		leg := w.callTo(t, ls)
		for _, key := range []byte(card) {
			w.pressInfo(key)
		}
		for range len(card) {
			w.response(200)
		}
		if got := keys(t, leg, len(card)); got != card {
			t.Fatalf("got %s, want %s", got, card)
		}
		w.send("BYE", nil, "")
		w.response(200)
		until(t, leg, Ended)
	}
}

func TestInfoBodies(t *testing.T) {
	w, leg := call(t, Config{})
	for _, row := range []struct {
		contentType, body string
		status            int
	}{
		{"application/dtmf", "1", 200},
		{"application/dtmf-relay", "Signal=2\nDuration=100\n", 200},
		{"application/dtmf-relay", "Signal=!\n", 200}, // a hook flash is no key
		{"application/dtmf-relay", "Signal=\n", 400},
		{"application/dtmf", "4111", 400},
		{"application/media_control+xml", "<media_control/>", 415},
		{"application/dtmf", "3", 200},
	} {
		w.send("INFO", map[string]string{"Content-Type": row.contentType}, row.body)
		res := w.response(row.status)
		if accept := res.GetHeader("Accept"); row.status == 415 && (accept == nil || accept.Value() != acceptedInfo) {
			t.Errorf("%s: got Accept %v, want %s", row.contentType, accept, acceptedInfo)
		}
	}
	if got := keys(t, leg, 3); got != "123" {
		t.Errorf("got %s, want 123", got)
	}
}

// Behaviour 7: the same press seen two ways is one digit. The telephone sends each key
// by RFC 4733 and by INFO.
func TestPressByEventAndInfoIsOneKey(t *testing.T) {
	ls := make(legs, 1)
	e := serve(t, Config{}, ls)
	w := dialWire(t, e)
	stream := w.listenMedia()
	w.send("INVITE", nil, stream.describe())
	leg := ls.next(t)
	if err := leg.Answer(); err != nil {
		t.Fatal(err)
	}
	answer := w.response(200)
	w.toTag, _ = answer.To().Params.Get("tag")
	w.send("ACK", nil, "")
	media := mediaOf(t, answer.Body())

	stream.press(media, 1000, 5) // RTP first
	if got := keys(t, leg, 1); got != "5" {
		t.Fatalf("got %s, want 5", got)
	}
	w.pressInfo('5')
	w.response(200)
	w.pressInfo('5') // again, INFO first
	w.response(200)
	if got := keys(t, leg, 1); got != "5" {
		t.Fatalf("got %s, want 5", got)
	}
	stream.press(media, 3000, 5)
	stream.press(media, 5000, 9) // by RTP alone: what came before it has been looked at
	if got := keys(t, leg, 1); got != "9" {
		t.Errorf("got %s, want 9: a press was counted twice", got)
	}
}

func TestPresses(t *testing.T) {
	const ms = time.Millisecond
	type report struct {
		at     time.Duration
		from   keySource
		key    dtmf.Key // zero: the keys are wiped
		length time.Duration
		want   bool
	}
	for name, reports := range map[string][]report{
		"one source": {{0, byInfo, '1', 0, true}, {100 * ms, byInfo, '1', 0, true}, {200 * ms, byInfo, '1', 0, true}},
		"each key twice": {{0, bySound, '1', 0, true}, {80 * ms, byInfo, '1', 80 * ms, false},
			{200 * ms, bySound, '1', 0, true}, {280 * ms, byInfo, '1', 80 * ms, false}},
		"INFO behind two presses": {{0, bySound, '1', 0, true}, {100 * ms, bySound, '1', 0, true},
			{200 * ms, byInfo, '1', 0, false}, {300 * ms, byInfo, '1', 0, false}, {310 * ms, byInfo, '1', 0, true}},
		"INFO first":         {{0, byInfo, '*', 100 * ms, true}, {40 * ms, bySound, '*', 0, false}},
		"another key":        {{0, byInfo, '1', 0, true}, {10 * ms, bySound, '2', 0, true}},
		"a lost INFO again":  {{0, bySound, '1', 0, true}, {600 * ms, byInfo, '1', 100 * ms, false}},
		"outside the window": {{0, bySound, '1', 0, true}, {1001 * ms, byInfo, '1', 0, true}},
		"held for 3 s":       {{0, bySound, '1', 0, true}, {3100 * ms, byInfo, '1', 3000 * ms, false}},
		"RTP lost": {{0, bySound, '1', 0, true}, {50 * ms, byInfo, '1', 0, false}, {250 * ms, byInfo, '2', 0, true},
			{400 * ms, bySound, '3', 0, true}, {450 * ms, byInfo, '3', 0, false}},
		"wiped between": {{0, bySound, '#', 0, true}, {10 * ms, "", 0, 0, false}, {100 * ms, byInfo, '#', 0, false},
			{200 * ms, byInfo, '4', 0, true}},
		"wiped and over": {{0, bySound, '#', 0, true}, {10 * ms, "", 0, 0, false}, {1200 * ms, byInfo, '4', 0, true}},
	} {
		var p presses
		began := time.Now()
		for i, r := range reports {
			if r.key == 0 {
				p.wipe()
				continue
			}
			if got := p.count(r.key, r.from, r.length, began.Add(r.at)); got != r.want {
				t.Errorf("%s: report %d: got %v, want %v", name, i, got, r.want)
			}
		}
	}
}

// Facts: a source alone counts every press; no press is counted more often than the
// source that reported more of its key has reported it; what is remembered is bounded.
func FuzzPresses(f *testing.F) {
	f.Add([]byte{0x11, 0x91, 0x12, 0x92})
	f.Fuzz(func(t *testing.T, steps []byte) {
		var p presses
		now := time.Unix(0, 0)
		reported, counted := map[keySource]map[dtmf.Key]int{bySound: {}, byInfo: {}}, map[dtmf.Key]int{}
		for _, step := range steps {
			now = now.Add(time.Duration(step>>2&15) * 50 * time.Millisecond)
			key, from := dtmf.Key('0'+step&3), bySound
			if step&0x80 != 0 {
				from = byInfo
			}
			reported[from][key]++
			if p.count(key, from, 0, now) {
				counted[key]++
			}
			if len(p.alone) > twinLimit {
				t.Fatalf("%d presses remembered", len(p.alone))
			}
		}
		for key, n := range counted {
			sound, info := reported[bySound][key], reported[byInfo][key]
			if n < max(sound, info) || n > sound+info {
				t.Errorf("one of %d and %d reports counted %d times", sound, info, n)
			}
		}
	})
}

// T1 of the security requirements: no digit of an INFO body is in the log.
func TestInfoIsNotLogged(t *testing.T) {
	var log syncBuffer
	w, leg := call(t, Config{Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	w.pressInfo('7')
	w.response(200)
	keys(t, leg, 1)
	w.send("INFO", map[string]string{"Content-Type": "application/dtmf-relay"}, "Signal=7777\n")
	w.response(400)
	w.send("BYE", nil, "")
	w.response(200)
	until(t, leg, Ended)
	if got := log.String(); got == "" || strings.Contains(got, "Signal") || strings.Contains(got, "7777") {
		t.Errorf("log: %s", got)
	}
}

// A syncBuffer is a buffer that several goroutines write.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// Leg.Stats tells of the packets, also when the leg is over.
func TestStatsOutliveTheLeg(t *testing.T) {
	ls := make(legs, 1)
	w := dialWire(t, serve(t, Config{}, ls))
	stream := w.listenMedia()
	w.send("INVITE", nil, stream.describe())
	leg := ls.next(t)
	if got := leg.Stats().Sent; got != 0 {
		t.Errorf("%d packets sent before the answer", got)
	}
	if err := leg.Answer(); err != nil {
		t.Fatal(err)
	}
	w.toTag, _ = w.response(200).To().Params.Get("tag")
	w.send("ACK", nil, "")
	for range 3 {
		stream.packet()
	}
	comes(t, "three packets in the statistics", func() bool { return leg.Stats().Sent >= 3 })
	leg.Bye()
	w.reply(w.peerRequest("BYE"), 200, "", "")
	until(t, leg, Ended)
	if got := leg.Stats().Sent; got < 3 {
		t.Errorf("got %d packets sent, want 3 at least", got)
	}
}
