package sipua

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
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

// telephony.md 1, behaviour 7: SIP INFO (application/dtmf, application/dtmf-relay), in CSeq order. The
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

// telephony.md 1, behaviour 7: the same press seen two ways is one digit. The telephone sends each key
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
