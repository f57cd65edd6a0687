package media

import (
	"time"

	"tsunagi/server/dtmf"
)

// keyQueue is the keys a scripted telephone has still to press, and the one it holds
// down now.
type keyQueue struct {
	waiting []queuedKey
	press   dtmf.Press
	down    bool   // press has packets left to send
	rested  bool   // no key was pressed yet, or its pause is over
	next    uint32 // timestamp at which the pause after press is over
}

// queuedKey is one key to press.
type queuedKey struct {
	key           dtmf.Key
	length, pause time.Duration
}

// due reports whether the next key goes down at a timestamp.
func (q *keyQueue) due(timestamp uint32) bool {
	if !q.rested && int32(timestamp-q.next) >= 0 {
		q.rested = true
	}
	return q.rested && len(q.waiting) > 0
}

// begin lets the next key go down at a timestamp. The one before must be done.
func (q *keyQueue) begin(timestamp uint32) {
	k := q.waiting[0]
	q.waiting[0] = queuedKey{}
	q.waiting = q.waiting[1:]
	q.press = dtmf.NewPress(k.key, k.length, timestamp)
	q.next = q.press.End() + uint32(k.pause.Milliseconds())*unitsPerTick
	q.down, q.rested = true, false
}
