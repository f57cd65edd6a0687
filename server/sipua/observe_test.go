package sipua

import (
	"bytes"
	"log/slog"
	"maps"
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"testing"

	"tsunagi/server/dtmf"
	"tsunagi/server/media"
)

// ledger is an Observer that keeps what it is told.
type ledger struct {
	mu      sync.Mutex
	refused map[string]int
	ended   map[string]media.Stats
}

func newLedger() *ledger {
	return &ledger{refused: map[string]int{}, ended: map[string]media.Stats{}}
}

func (l *ledger) CallRefused(reason string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refused[reason]++
}

func (l *ledger) LegEnded(reason string, stats media.Stats) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended[reason] = stats
}

// want waits until the calls refused are these: an answer is sent before it is counted.
func (l *ledger) want(t *testing.T, want map[string]int) {
	t.Helper()
	var got map[string]int
	comes(t, "the refusals", func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		got = maps.Clone(l.refused)
		return len(got) >= len(want)
	})
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// What operations counts: each call that the endpoint refuses by itself, by reason.
func TestRefusedCallsAreCountedByReason(t *testing.T) {
	seen := newLedger()
	e := serve(t, Config{Observer: seen}, answering)
	w := dialWire(t, e)
	w.send("INVITE", map[string]string{"Require": "teleportation"}, offer)
	w.response(420)
	w = dialWire(t, e)
	w.send("INVITE", nil, strings.Replace(offer, "RTP/AVP 0 101", "RTP/AVP 96", 1))
	w.response(488)
	w = dialWire(t, e)
	w.send("OPTIONS", map[string]string{"Require": "teleportation"}, "")
	w.response(420) // no call

	stranger := newLedger()
	closed := serve(t, Config{Observer: stranger, Sources: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}, answering)
	s := dialWire(t, closed)
	s.send("INVITE", nil, offer)
	s.response(403)

	seen.want(t, map[string]int{"420 Bad Extension": 1, "488 Not Acceptable Here": 1})
	stranger.want(t, map[string]int{Stranger: 1})
}

// What operations sees of one call: a line at its end with what became of its packets
// and how many keys came by which way, and never which.
func TestTheEndOfALegTellsOfItsPackets(t *testing.T) {
	var log bytes.Buffer
	seen, ls := newLedger(), make(legs, 1)
	e := serve(t, Config{Observer: seen, Log: slog.New(slog.NewTextHandler(&log, nil))}, ls)
	w := dialWire(t, e)
	w.send("INVITE", nil, offer)
	leg := ls.next(t)
	leg.BelongsTo("call-7")
	if err := leg.Answer(); err != nil {
		t.Fatal(err)
	}
	res := w.response(200)
	w.toTag, _ = res.To().Params.Get("tag")
	w.send("ACK", nil, "")
	until(t, leg, Confirmed)
	w.send("INFO", map[string]string{"Content-Type": dtmf.ContentSignal}, "7")
	w.response(200)
	until(t, leg, Key)
	comes(t, "packets", func() bool { return leg.Stats().Sent > 2 })
	w.send("BYE", nil, "")
	w.response(200)
	idle(t, e)

	seen.mu.Lock()
	stats, ok := seen.ended[string(HungUp)]
	seen.mu.Unlock()
	if !ok || stats.Sent <= 2 {
		t.Errorf("told of %v", seen.ended)
	}
	line := regexp.MustCompile(`(?m)^.*msg="leg ended".*$`).FindString(log.String())
	for _, want := range []string{"call=call-7", "reason=hungUp", "media.sent=", "media.lost=0", "media.jitter=", "media.round_trip=", "media.keys.events=0"} {
		if !strings.Contains(line, want) {
			t.Errorf("no %q in %s", want, line)
		}
	}
}
