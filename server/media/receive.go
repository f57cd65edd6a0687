package media

import (
	"net/netip"
	"time"

	"tsunagi/server/dtmf"
)

// receive takes a packet that came to the session's port.
func (s *Session) receive(packet []byte, from netip.AddrPort) {
	if s.period == 0 || s.closed.Load() {
		return // not agreed on anything yet, or any more
	}
	h, _, ok := parse(packet)
	if !ok || !s.params.isKnown(h.payloadType) {
		s.counters.unexpected.Add(1)
		return
	}
	// Before the source is latched: only the peer can seal a packet.
	packet, ok = s.open(packet)
	if !ok {
		s.counters.forged.Add(1)
		return
	}
	h, payload, ok := parse(packet) // padding is sealed too
	if !ok {
		s.counters.unexpected.Add(1)
		return
	}
	now := s.engine.arrival
	if !s.source.admit(from, &s.params, now) {
		s.counters.foreign.Add(1)
		return
	}
	s.heard, s.missed = now, false
	s.tie(from)
	if s.sparing && s.reception.endsWith(h) {
		s.settle()
	}
	newer := s.reception.count(h)
	s.quiet = h.payloadType == comfortNoise
	codec, sound := s.params.codecOf(h.payloadType)
	switch {
	case s.params.isEvent(h.payloadType):
		s.press(h, payload)
	case sound && newer:
		s.hear(h, payload, codec)
		s.spareSound(h.payloadType, len(payload))
	case h.payloadType == comfortNoise && newer:
		s.ear.fallSilent(h)
	}
	s.counters.received.Add(1)
	if !s.sparing {
		s.counters.lost.Store(uint64(s.reception.lost()))
	}
	s.counters.jitterUnits.Store(uint64(s.reception.jitter >> 4))
}

// press takes a telephone-event. A late or doubled one is as good as any: the detector
// knows presses by equality.
func (s *Session) press(h header, payload []byte) {
	if s.bridge != nil {
		s.mute() // many a gateway sends the tone as well
	}
	key, first := s.detector.Detect(dtmf.Packet{
		SSRC: h.ssrc, Timestamp: h.timestamp, Marker: h.marker, Payload: payload,
	})
	report, ok := dtmf.ParseReport(payload)
	if ok {
		s.keyDown.note(first, report.End, s.engine.arrival)
	}
	if first {
		s.pressed(key, dtmf.FromEvent, 0)
	} else if ok {
		s.merger.Hold(report.Key, dtmf.FromEvent, s.engine.arrival)
	}
}

// pressed takes a press of some length that a source tells of; 0: it does not say.
func (s *Session) pressed(k dtmf.Key, from dtmf.Source, length time.Duration) {
	if !s.merger.Take(k, from, s.engine.arrival, length) {
		s.counters.repeated.Add(1)
		return
	}
	s.counters.keys[from].Add(1)
	s.sink.Key(k)
}
