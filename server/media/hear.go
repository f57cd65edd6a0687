package media

import (
	"tsunagi/server/dtmf"
	"tsunagi/server/sdp"
)

// hear takes a packet of sound that is newer than all before.
func (s *Session) hear(h header, payload []byte, codec sdp.Codec) {
	s.reception.time(h.timestamp, s.engine.arrival)
	if !s.searched() && s.bridge == nil && s.listener == nil {
		return
	}
	payload, codec = s.narrow(payload, codec)
	if s.searched() {
		s.listen(h, payload, codec)
	}
	if s.bridge != nil {
		s.passOn(payload, codec)
	}
	if s.listener == nil {
		return
	}
	if codec != s.params.law() {
		payload = s.engine.convert(payload, codec)
	}
	s.listener.Heard(payload)
}

// ear is what a session has that hears keys in the sound.
type ear struct {
	tones     dtmf.ToneDetector
	begun     bool   // the next two are known
	sequence  uint16 // of the next packet
	timestamp uint32 // of its first sample
}

// pauseUnits is the shortest pause between two presses.
const pauseUnits = 40 * unitsPerTick

// listen hears keys in a packet of sound.
func (s *Session) listen(h header, payload []byte, codec sdp.Codec) {
	e := &s.ear
	switch silent := int32(h.timestamp - e.timestamp); {
	case !e.begun || h.timestamp == e.timestamp:
	case h.sequence == e.sequence && silent >= pauseUnits:
		// No packet is missing, so nothing was sent: the peer suppresses silence.
		e.tones.Pause()
	default:
		e.tones.Lose()
	}
	e.begun, e.sequence, e.timestamp = true, h.sequence+1, h.timestamp+uint32(len(payload))
	for len(payload) > 0 {
		// At most one key is found in so much.
		portion := payload[:min(len(payload), dtmf.MaxHear)]
		payload = payload[len(portion):]
		if k, ok := e.tones.Hear(s.engine.decode(portion, codec)); ok {
			s.heardTone(k)
		}
	}
	if k, down := e.tones.Down(); down {
		s.merger.Hold(k, dtmf.FromTone, s.engine.arrival)
	}
}

// fallSilent takes the packet of a peer that begins to suppress silence.
func (e *ear) fallSilent(h header) {
	if e.begun && h.sequence == e.sequence {
		e.tones.Pause()
		e.sequence++
	}
}
