package media

import "time"

// Sparing: a peer that sends keys as events sends sound too, fifty packets a second that
// nobody listens to. The machine may then keep most of them back, so that they cost the
// server next to nothing. It hands over one in spareEvery, for the signs of life, the
// jitter and the source, and everything that is no such sound: events, comfort noise,
// another codec, the first packet after a pause.

const (
	// spareEvery is how many packets of sound there are to one that is taken; a power
	// of two.
	spareEvery = 8

	// spareBytes is the most sound in the packets of a peer that is spared: 20 ms, so
	// that it is heard from every 160 ms, within patience.
	spareBytes = 20 * unitsPerTick

	// settleEvery is how old the counts of what was kept back may be.
	settleEvery = time.Second
)

// spareSound has the machine keep back the peer's sound where nobody listens to it. It
// is for the moment when a packet of so much sound has been taken.
func (s *Session) spareSound(payloadType uint8, soundBytes int) {
	if s.sparing && soundBytes > spareBytes {
		s.takeSound() // packets have become longer in mid-call
	}
	if s.sparing || s.unsparing || s.listener != nil || s.bridge != nil || s.searched() || soundBytes > spareBytes {
		return
	}
	if !s.socket.spare(payloadType) {
		s.unsparing = true // such a machine cannot
		return
	}
	s.sparing, s.settleAt = true, s.engine.arrival+settleEvery
	s.spared = uint32(s.socket.spared())
}

// takeSound has the machine hand over all sound, until the next spareSound.
func (s *Session) takeSound() {
	if s.sparing {
		s.socket.takeAll()
		s.settle()
		s.sparing = false
	}
}

// settle counts what the machine has kept back until now as received. It comes before
// every report of what was lost: packets that nobody looked at have arrived.
func (s *Session) settle() {
	if !s.sparing {
		return
	}
	s.settleAt = s.engine.arrival + settleEvery
	spared := uint32(s.socket.spared()) // the kernel counts to 32 bits
	fresh := spared - s.spared
	s.spared = spared
	s.reception.received += int64(fresh)
	s.counters.received.Add(uint64(fresh))
	s.counters.lost.Store(uint64(s.reception.lost()))
}
