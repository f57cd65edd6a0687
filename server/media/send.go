package media

import (
	"time"

	"tsunagi/server/sdp"
)

// unitsPerTick is RTP timestamp units, and bytes of G.711, per millisecond.
const unitsPerTick = 8

// lateAfter is how much after its time a slot counts as late: what a jitter buffer
// begins to notice.
const lateAfter = 2 * time.Millisecond

// serve sends what the session owes at the engine's tick.
func (s *Session) serve() {
	interval := uint32(s.period * unitsPerTick)
	if gap := s.engine.tick - s.due; gap > 0 {
		// The session moved to a later slot or the loop skipped ticks.
		s.out.timestamp += uint32(gap) * unitsPerTick
		s.out.marker = true
	}
	s.due = s.engine.tick + int64(s.period)
	s.untieWhenSilent()
	s.watch()
	if s.sparing && s.engine.arrival >= s.settleAt {
		s.settle()
	}
	s.reportWhenDue()
	switch to := s.source.destination(&s.params); {
	case !s.params.Direction.Sends() || !to.IsValid():
		// Held: the clock runs on. RFC 3551 4.1: the marker tells of the gap.
		s.out.marker = true
	case s.sendKeys(interval):
	default:
		s.sendSound(interval)
	}
	s.out.timestamp += interval
}

// sendSound sends the next packet of what is played, of what the other side of
// a bridge says, or of silence.
func (s *Session) sendSound(interval uint32) {
	packet := s.engine.packet[:headerBytes+interval]
	ended := false
	if s.player.playing() && (s.player.begun || !s.keyDown.delays(s.engine.arrival)) {
		s.player.begun = true
		ended = s.player.fill(packet[headerBytes:], s.params.law())
	} else {
		s.soundOfBridge(packet[headerBytes:])
	}
	if s.params.Codec == sdp.G722 {
		s.widen(packet[headerBytes:])
	}
	h := s.out
	h.payloadType = s.params.PayloadType
	s.send(h, packet)
	if ended && s.player.play == s.lastPlay.Load() && !s.closed.Load() {
		s.sink.PlayedOut(s.player.turn)
	}
}

// sendKeys sends what is due of the keys to be pressed and reports whether a key is
// down, in which case no sound is sent.
func (s *Session) sendKeys(interval uint32) bool {
	q := &s.keys
	if q.due(s.out.timestamp) {
		// No pause was left for the ends of the key before, or the loop stood still
		// while it was down. A report without an interval would never come to its end.
		for q.down {
			s.sendReport(interval)
		}
		q.begin(s.out.timestamp)
	}
	if !q.down {
		return false
	}
	s.sendReport(interval)
	return true
}

// sendReport sends the next packet of the key that is down.
func (s *Session) sendReport(interval uint32) {
	report := s.keys.press.Next(interval)
	packet := s.engine.packet[:headerBytes+len(report.Payload)]
	copy(packet[headerBytes:], report.Payload[:])
	h := s.out
	h.payloadType = s.params.EventPayloadType
	h.timestamp, h.marker = report.Timestamp, report.Marker
	s.send(h, packet)
	s.keys.down = !s.keys.press.Done()
}

// send puts h in front of packet, sends it, and moves on to the next packet.
func (s *Session) send(h header, packet []byte) {
	h.put(packet)
	sealed, err := s.seal(packet)
	if err == nil {
		err = s.socket.send(sealed, s.source.destination(&s.params))
	}
	if err != nil {
		s.counters.unsent.Add(1)
	} else {
		s.counters.sent.Add(1)
		s.control.packets++
		s.control.octets += uint32(len(packet) - headerBytes)
	}
	s.out.sequence++
	s.out.marker = false
}

// unsent takes back what send has noted of a packet that the machine did not take after
// all, but for its few octets.
func (s *Session) unsent() {
	s.counters.unsent.Add(1)
	s.counters.sent.Add(^uint64(0))
	s.control.packets--
}

// watch reports a peer that should be sending and is not.
func (s *Session) watch() {
	limit := s.engine.mediaTimeout
	switch now := s.engine.arrival; {
	case limit == 0 || s.missed:
	case !s.params.bothWays():
		s.heard = now
	case now-s.heard >= limit && !s.closed.Load():
		s.missed = true
		s.sink.MediaLost()
	}
}
