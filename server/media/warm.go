package media

import "tsunagi/server/sdp"

// Warming: a slot comes every 20 ms, and by then what is known of its sessions has left the
// processor's caches. Served one after the other, each would wait for memory a dozen times.
// A pass over all of them before, which reads a little of each and waits for nothing that
// it has read, lets the processor fetch for many at once. Go has no instruction for that.
// The sums say nothing: they keep the compiler from leaving the reads out.

// warm has the processor fetch what serve is going to look at.
func (e *Engine) warm(slot []*Session) {
	for _, s := range slot {
		e.warmed += s.warm()
	}
	for _, s := range slot {
		e.warmed += s.socket.warm() + s.player.warm(s.params.law())
	}
}

// warm reads a field in each line of memory of the session that serve looks at.
func (s *Session) warm() int {
	return s.seat + int(s.counters.sent.Load()) + int(s.due) + len(s.player.clips) + len(s.keys.waiting) +
		int(s.keys.next) + int(s.source.heard) + int(s.control.due) + int(s.params.PayloadType) +
		len(s.params.Direction) + len(s.params.Crypto.Suite)
}

// cacheLine is how many bytes most processors fetch at once.
const cacheLine = 64

// warm reads a byte in each line of memory with the sound of the next packet, one of 20 ms.
func (p *player) warm(codec sdp.Codec) (sum int) {
	if p.clip >= len(p.clips) {
		return 0
	}
	sound := encoded(p.clips[p.clip], codec)
	for at := p.offset; at < min(p.offset+20*unitsPerTick, len(sound)); at += cacheLine {
		sum += int(sound[at])
	}
	return sum
}
