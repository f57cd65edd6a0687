package sipua

import (
	"slices"
	"sync"
	"time"

	"tsunagi/server/dtmf"
)

// A keySource is a way by which a press of a key reaches us.
type keySource string

const (
	bySound keySource = "sound" // RTP: RFC 4733 events, and tones, which media tells apart
	byInfo  keySource = "info"  // SIP INFO
)

const (
	// twinWindow is how far apart the two reports of one press may be, beyond the
	// length of the press itself: many telephones send INFO when the key is released.
	// It is above T1, after which a lost INFO is repeated.
	twinWindow = time.Second

	// twinMemory is how long a press is remembered: one of 8 s, the longest that
	// dtmf.ParseInfo believes, may be reported at its end.
	twinMemory = 8*time.Second + twinWindow

	// twinLimit bounds the presses that are remembered.
	twinLimit = 32
)

// A press is a key that was counted from one source and may still come from the other.
type press struct {
	key    dtmf.Key // zero once wiped: any key may then be its twin
	from   keySource
	at     time.Time
	length time.Duration // as far as its source knows
}

// presses counts each press of a leg's keys once, whichever way it comes. A press is
// the twin of an earlier one of the same key from the other source, and each has one
// twin at most, so that a key pressed twice and reported twice each time counts twice.
// The zero value is ready. The media engine's goroutine and the leg's both use it.
type presses struct {
	mu    sync.Mutex
	alone []press // those without twin, in order
}

// count reports whether a press is a new one.
func (p *presses) count(k dtmf.Key, from keySource, length time.Duration, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.alone = slices.DeleteFunc(p.alone, func(q press) bool { return now.Sub(q.at) > twinMemory })
	twin := slices.IndexFunc(p.alone, func(q press) bool {
		return q.from != from && (q.key == k || q.key == 0) && now.Sub(q.at) <= twinWindow+max(length, q.length)
	})
	if twin >= 0 {
		p.alone = slices.Delete(p.alone, twin, twin+1)
		return false
	}
	if len(p.alone) == twinLimit {
		p.alone = slices.Delete(p.alone, 0, 1)
	}
	p.alone = append(p.alone, press{k, from, now, length})
	return true
}

// wipe forgets which keys were pressed, but not that they were: a report that comes
// behind a field's last key is still not counted again.
func (p *presses) wipe() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.alone {
		p.alone[i].key = 0
	}
}
