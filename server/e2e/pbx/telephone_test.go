package pbx

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"tsunagi/server/audio"
	"tsunagi/server/dtmf"
	"tsunagi/server/e2e/handset"
	"tsunagi/server/e2e/site"
	"tsunagi/server/prompt"
	"tsunagi/server/sdp"
	"tsunagi/server/sipua"
)

// keyDown and keyUp are how a person keys who is in no hurry.
const (
	keyDown = 100 * time.Millisecond
	keyUp   = 80 * time.Millisecond
)

// voice is the server's, by which telephones know what they hear.
var voice = sync.OnceValues(func() (*prompt.Voice, error) { return prompt.Load(nil) })

// telephone is one that the PBX knows by its address.
type telephone struct {
	*handset.Handset
	t      *testing.T
	number string // its own
	pbx    string // host:port
	voice  *prompt.Voice
}

// newTelephone plugs a telephone in.
func newTelephone(t *testing.T, network, host, number string) *telephone {
	t.Helper()
	v, err := voice()
	if err != nil {
		t.Fatal(err)
	}
	address := netip.AddrPortFrom(netip.MustParseAddr(network+"."+host), 5060)
	return &telephone{
		Handset: handset.New(t, number, address, handset.Ports{First: 20000, Last: 20099}),
		t:       t, number: number, pbx: network + ".1:5060", voice: v,
	}
}

// dial calls somebody. The line comes when it is known how that went: with an error, or
// with a leg.
func (p *telephone) dial(number string) <-chan *line {
	l := newLine(p)
	dialled := make(chan *line, 1)
	go func() {
		ctx, cancel := context.WithTimeout(p.t.Context(), site.Patience)
		defer cancel()
		var leg *sipua.Leg
		leg, l.err = p.Endpoint.Dial(ctx, sipua.DialParams{
			To: "sip:" + number + "@" + p.pbx, From: p.number, Codecs: []sdp.Codec{sdp.PCMU}, Heard: l.hear,
		})
		if l.err == nil {
			l.use(leg)
		}
		dialled <- l
	}()
	return dialled
}

// call calls somebody who answers.
func (p *telephone) call(number string) *line {
	p.t.Helper()
	l := <-p.dial(number)
	if l.err != nil {
		p.t.Fatalf("telephone %s: %v", p.number, l.err)
	}
	return l
}

// refused calls somebody who must not answer and returns the SIP status.
func (p *telephone) refused(number string) int {
	p.t.Helper()
	l := <-p.dial(number)
	var rejected *sipua.Rejected
	if !errors.As(l.err, &rejected) {
		p.t.Fatalf("telephone %s: got %v, want a refusal", p.number, l.err)
	}
	return rejected.Status
}

// answer takes the call that comes.
func (p *telephone) answer() *line {
	p.t.Helper()
	leg := p.Next()
	l := newLine(p)
	if err := leg.AnswerAndHear(l.hear); err != nil {
		p.t.Fatalf("telephone %s: %v", p.number, err)
	}
	l.use(leg)
	return l
}

// line is a call as the person at the telephone has it.
type line struct {
	t     *testing.T
	phone *telephone
	leg   *sipua.Leg
	err   error // why there is no leg
	ear   *prompt.Ear
	over  chan struct{} // closed when the call has ended

	mu    sync.Mutex
	heard []prompt.Name // as each began
	seen  chan struct{} // closed and replaced at each prompt
	next  int           // of heard: what await has not considered
	end   sipua.Reason

	keys    int // that have come
	tones   int // keys heard in the sound
	loudest int // sample
	ears    dtmf.ToneDetector
}

func newLine(p *telephone) *line {
	return &line{t: p.t, phone: p, ear: p.voice.Ear(), over: make(chan struct{}), seen: make(chan struct{})}
}

// use takes the leg and watches for its end.
func (l *line) use(leg *sipua.Leg) {
	l.leg = leg
	go func() {
		defer close(l.over)
		for ev := range leg.Events() {
			l.mu.Lock()
			switch ev.Kind {
			case sipua.Ended:
				l.end = ev.Reason
			case sipua.Key:
				l.keys++
			}
			l.mu.Unlock()
		}
	}()
	l.t.Cleanup(func() {
		leg.Bye()
		<-l.over
		if l.t.Failed() {
			l.t.Logf("telephone %s heard %q; its call ended: %s", l.phone.number, l.heard, l.end)
		}
	})
}

// hear takes a frame, from the media engine.
func (l *line) hear(frame []byte) {
	again := l.ear.Hear(frame)
	pcm := audio.DecodePCMU(frame)
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, tone := l.ears.Hear(pcm); tone {
		l.tones++
	}
	for _, sample := range pcm {
		l.loudest = max(l.loudest, int(sample), -int(sample))
	}
	before := len(l.heard)
	latest := l.ear.Latest()
	if latest != "" && (before == 0 || l.heard[before-1] != latest) {
		l.heard = append(l.heard, latest)
	} else if slices.Contains(again, latest) && latest != prompt.Ringback && latest != prompt.Music {
		l.heard = append(l.heard, latest) // most of it, perhaps for another time
	}
	if len(l.heard) > before {
		close(l.seen)
		l.seen = make(chan struct{})
	}
}

// await waits until one of these prompts is heard, after those awaited before.
func (l *line) await(names ...prompt.Name) prompt.Name {
	l.t.Helper()
	name, ok := l.within(site.Patience, names...)
	if !ok {
		l.t.Fatalf("telephone %s: %q was never heard", l.phone.number, names)
	}
	return name
}

// within is await for so long, and reports whether one was heard.
func (l *line) within(patience time.Duration, names ...prompt.Name) (prompt.Name, bool) {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), patience)
	defer cancel()
	for {
		l.mu.Lock()
		for l.next < len(l.heard) {
			l.next++
			if name := l.heard[l.next-1]; slices.Contains(names, name) {
				l.mu.Unlock()
				return name, true
			}
		}
		seen := l.seen
		l.mu.Unlock()
		select {
		case <-seen:
		case <-l.over:
			l.t.Fatalf("telephone %s: the call ended (%s) before %q was heard", l.phone.number, l.end, names)
		case <-ctx.Done():
			return "", false
		}
	}
}

// key presses keys.
func (l *line) key(keys string) {
	l.t.Helper()
	for _, b := range []byte(keys) {
		k, ok := dtmf.ParseKey(b)
		if !ok {
			l.t.Fatalf("no key %q", b)
		}
		l.leg.SendKey(k, keyDown, keyUp)
	}
}

// whatCame is what the line was told besides speech.
type whatCame struct {
	keys, tones int
	loudest     int // sample, of 32767
}

// since gives what has come up to now and begins anew.
func (l *line) since() whatCame {
	l.mu.Lock()
	defer l.mu.Unlock()
	came := whatCame{l.keys, l.tones, l.loudest}
	l.keys, l.tones, l.loudest = 0, 0, 0
	return came
}

// say speaks a sentence that the other side knows by its sound.
func (l *line) say(name prompt.Name) {
	l.leg.Play(1, []*audio.Clip{l.phone.voice.Clip(name)}, false)
}

// tell says a sentence until the other side has heard it: on a busy machine a word is
// lost on the way now and then, as on any telephone, and then it is said again.
func (l *line) tell(other *line, name prompt.Name) {
	other.t.Helper()
	const times, answerWithin = 6, 8 * time.Second
	for range times {
		l.say(name)
		if _, ok := other.within(answerWithin, name); ok {
			return
		}
	}
	other.t.Fatalf("telephone %s: %q was said %d times and never heard; what came: %+v", other.phone.number, name, times, other.since())
}

// hangUp puts the receiver down.
func (l *line) hangUp() {
	l.leg.Bye()
	<-l.over
}

// ended waits for the other side to hang up.
func (l *line) ended() {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), site.Patience)
	defer cancel()
	select {
	case <-l.over:
		if l.end != sipua.HungUp {
			l.t.Errorf("telephone %s: the call ended by %s, want %s", l.phone.number, l.end, sipua.HungUp)
		}
	case <-ctx.Done():
		l.t.Fatalf("telephone %s: nobody has hung up", l.phone.number)
	}
}
