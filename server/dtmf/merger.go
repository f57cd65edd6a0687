package dtmf

import "time"

// Source is a way in which a press reaches us.
type Source uint8

// The ways, by how early they tell of a press.
const (
	FromEvent Source = iota // a telephone-event, RFC 4733
	FromTone                // two tones in the sound
	FromInfo                // a SIP INFO, mostly sent when the key goes up
)

// Sources is how many ways there are.
const Sources = 3

// sameWithin is how long after the last sign of a press another source may still tell
// of it. An INFO that has to be sent a second time comes half a second late (RFC 3261,
// timer E at T1).
const sameWithin = 600 * time.Millisecond

// Merger makes one press of what several sources tell of it: a press told by a source
// is the oldest press of the same key of the last 600 ms that the source has not told
// yet, and a press of its own where there is none. So each source may tell any run of
// keys, also the same key many times, and of a run that one source tells in full
// nothing is lost or doubled, however much of it the others tell and how late.
//
// The zero value is ready. It is not safe for concurrent use. Time counts from any
// origin.
type Merger struct {
	presses [kept]merged
	newest  int
}

// merged is a press and who has told of it.
type merged struct {
	key    Key
	state  identityState
	told   [Sources]bool
	latest time.Duration // its last sign
}

// Take reports whether a press told by a source is a new one. The source says that the
// key has been down for length, as an INFO does that is sent when it comes up; 0 where
// it does not know.
func (m *Merger) Take(k Key, from Source, at, length time.Duration) bool {
	for i := range m.presses {
		p := &m.presses[(m.newest+1+i)%kept] // the oldest first
		if p.may(k, at-length) && !p.told[from] {
			p.told[from] = true
			return false
		}
	}
	m.newest = (m.newest + 1) % kept
	p := merged{key: k, state: known, latest: at}
	p.told[from] = true
	m.presses[m.newest] = p
	return true
}

// Hold says that the newest press of a key that a source has told is still down, so
// that other sources may tell of it later than that.
func (m *Merger) Hold(k Key, from Source, at time.Duration) {
	for i := range m.presses {
		p := &m.presses[(m.newest+kept-i)%kept]
		if p.may(k, at) && p.told[from] {
			p.latest = at
			return
		}
	}
}

// Wipe forgets which keys were pressed but not that they were: a source that tells of
// one of them late is still known to tell nothing new, whatever the key.
func (m *Merger) Wipe() {
	for i := range m.presses {
		m.presses[i].key = 0
		if m.presses[i].state == known {
			m.presses[i].state = wiped
		}
	}
}

// may reports whether p can be a press of k that is told at a time.
func (p *merged) may(k Key, at time.Duration) bool {
	return p.state != unused && (p.state == wiped || p.key == k) && at-p.latest <= sameWithin
}
