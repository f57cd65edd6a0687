//go:build linux

package bench

import (
	"strings"
	"testing"
	"time"

	"tsunagi/server/prompt"
)

func testScript(t *testing.T) *script {
	t.Helper()
	v, err := prompt.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	return newScript(soundOf(v))
}

// RFC 4733 2.5.1: a key is told from its beginning on, with its end three times, and the
// operator's 1 and the 23 digits of the card are all of them.
func TestTheScriptPressesEachKeyOnce(t *testing.T) {
	c := testScript(t)
	if c.keys != len(keyed) || len(keyed) != 24 {
		t.Fatalf("%d keys are pressed for %d digits, want 24", c.keys, len(keyed))
	}
	parts := map[uint8][]uint8{}
	last := uint8(0)
	for _, s := range c.steps {
		if s.key == 0 {
			continue
		}
		if s.key < last {
			t.Fatalf("key %d after key %d", s.key, last)
		}
		last = s.key
		parts[s.key] = append(parts[s.key], s.part)
	}
	for key := uint8(1); key <= 24; key++ {
		if got := len(parts[key]); got != keyDown+keyEnds {
			t.Errorf("key %d has %d packets, want %d", key, got, keyDown+keyEnds)
		}
	}
	if c.lasts < 30*time.Second || c.lasts > time.Minute {
		t.Errorf("a call lasts %s", c.lasts)
	}
}

// The packets of a key: one timestamp, a duration that grows and stops at its end.
func TestThePacketsOfAKey(t *testing.T) {
	g := &Generator{script: &script{}, speech: [][]byte{make([]byte, 160)}}
	g.script.press(0)
	s := &seat{timestamp: 1000}
	for i := range keyDown + keyEnds {
		head, body := s.fill(g)
		ended, duration := head[13]&0x80 != 0, int(head[14])<<8|int(head[15])
		stamp := int(head[6])<<8 | int(head[7])
		if body != nil || head[1]&0x7F != eventType || head[12] != 1 || stamp != 1000 {
			t.Errorf("packet %d: % x", i, head)
		}
		if want := min(i+1, keyDown) * 160; duration != want || ended != (i >= keyDown) || (head[1]&0x80 != 0) != (i == 0) {
			t.Errorf("packet %d: duration %d, want %d; end %t; marker %t", i, duration, want, ended, head[1]&0x80 != 0)
		}
	}
	if head, body := s.fill(g); head[1] != 0 || len(body) != 160 {
		t.Errorf("after the key: % x and %d bytes", head, len(body))
	}
}

func TestQuantilesOfGaps(t *testing.T) {
	var g gaps
	for range 98 {
		g.add(20 * time.Millisecond)
	}
	g.add(30 * time.Millisecond)
	g.add(time.Minute)
	if got := g.quantile(.5); got < 20*time.Millisecond || got > 20*time.Millisecond+gapStep {
		t.Errorf("median %s", got)
	}
	if got := g.quantile(.98); got < 30*time.Millisecond || got > 30*time.Millisecond+gapStep {
		t.Errorf("p98 %s", got)
	}
	if g.longest != time.Minute {
		t.Errorf("longest %s", g.longest)
	}
}

func TestWhatACallerUnderstandsOfAnAnswer(t *testing.T) {
	m := []byte("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1:9\r\nTo: <sip:a@b>;tag=xy;p=1\r\nContact: \"x\" <sip:c@127.0.0.1:5060>;q=1\r\n" +
		"call-id: 7-3-n\r\nCSeq: 1 INVITE\r\nContent-Length: 1\r\n\r\nv=0\r\nc=IN IP4 127.0.0.9\r\nm=audio 4000 RTP/AVP 0\r\n")
	to, ok := mediaOf(m)
	switch {
	case statusOf(m) != 200, tagOf(header(m, "To")) != "xy", addressIn(header(m, "Contact")) != "sip:c@127.0.0.1:5060":
		t.Errorf("status %d, tag %q, contact %q", statusOf(m), tagOf(header(m, "To")), addressIn(header(m, "Contact")))
	case string(header(m, "Call-ID")) != "7-3-n", header(m, "Reason") != nil:
		t.Errorf("Call-ID %q, Reason %q", header(m, "Call-ID"), header(m, "Reason"))
	case !ok || to.String() != "127.0.0.9:4000":
		t.Errorf("media at %s", to)
	}
}

// A promise is judged by the figures of both, and one without figures is not met.
func TestVerdicts(t *testing.T) {
	empty := &Report{}
	for _, v := range empty.Verdicts() {
		if v.Met {
			t.Errorf("met without any figure: %s", v.What)
		}
	}
	clean := func(calls int, cpu, gap float64) Plateau {
		return Plateau{Calls: calls, CPU: cpu, GapP99: gap, Ended: 10, Answers: 10, AnswerP99: 3}
	}
	out := &Report{
		Load: map[string][]Plateau{
			"asterisk": {clean(200, 2, 21), clean(240, 3, 24), clean(280, 3, 26)},
			"tsunagid": {clean(200, .4, 20), clean(600, .3, 20.5), clean(1200, .3, 22)},
		},
		Half: map[string]Plateau{"tsunagid": clean(600, .3, 20.5)},
		// A turn in which the machine was slow does not count.
		Turns:  map[string][]float64{"asterisk": {2, 2.2, 1.9}, "tsunagid": {.9, .4, .3}},
		Greet:  map[string]Greeting{"asterisk": {PerSecond: 1000}, "tsunagid": {PerSecond: 3900}},
		Memory: map[string]Memory{"asterisk": {PerCall: 200}, "tsunagid": {PerCall: 50}},
		Loss:   map[string]Loss{"asterisk": {Calls: 40, WrongDigits: 3}, "tsunagid": {Calls: 40}},
		Overload: map[string]Overload{
			"tsunagid": {Admitted: 90, Completed: 90, Recovered: 1},
		},
	}
	for _, v := range out.Verdicts() {
		if want := v.Promised != "4× more"; v.Met != want {
			t.Errorf("%s: met %t, want %t", v.What, v.Met, want)
		}
	}
}

// Where the generator could no more, the figures of a stage say nothing about the server,
// and the report says that.
func TestTheReportTellsOfAGeneratorAtItsLimit(t *testing.T) {
	for name, row := range map[string]struct {
		generator Burden
		told      bool
	}{"easy": {Burden{CPU: .5, LateP99: 1}, false}, "at its limit": {Burden{CPU: .96, LateP99: 36}, true}} {
		var text strings.Builder
		out := &Report{Overload: map[string]Overload{"tsunagid": {Admitted: 90, Completed: 90, Recovered: 1, Generator: row.generator}}}
		out.Print(&text)
		if got := strings.Contains(text.String(), "While tsunagid was overloaded the generator was at its limit"); got != row.told {
			t.Errorf("%s: told %t, want %t:\n%s", name, got, row.told, text.String())
		}
	}
}
