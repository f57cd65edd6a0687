package media

import "time"

const (
	// releasedAfter is without a report how long a key is up whose end was lost.
	releasedAfter = 60 * time.Millisecond

	// heldTooLong is after how long a key that is held delays nothing any more.
	heldTooLong = 500 * time.Millisecond
)

// keyDown is whether the peer is sending a key as events. A key counts at its first packet,
// and what it leads to may come before its last: no prompt begins until then. Who hears the
// prompt takes it for the sign that the key has done its work, and acts. An operator who
// hung up at the first sound of the ringback tone left a PBX, Asterisk 22.10, sending the
// 1 on for ever, and nothing that the customer said later.
type keyDown struct {
	began time.Duration // its first packet
	free  time.Duration // until when it delays a prompt
}

// note takes a report of a key, the first of its press or a later one.
func (k *keyDown) note(first, end bool, now time.Duration) {
	if first {
		k.began = now
	}
	k.free = min(now+releasedAfter, k.began+heldTooLong)
	if end {
		k.free = now
	}
}

// delays reports whether a prompt has to wait.
func (k *keyDown) delays(now time.Duration) bool { return now < k.free }
