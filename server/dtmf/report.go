package dtmf

// reportSize is the length of a telephone-event payload, RFC 4733 section 2.3.
const reportSize = 4

// endBit marks a report of a key that is up again.
const endBit = 0x80

// longest is the greatest duration one report can state. A key held longer goes on in
// a further segment whose timestamp is this much later, RFC 4733 section 2.5.1.3.
const longest = 0xFFFF

// Report is one telephone-event payload: which key, for how long so far, and whether
// it is up again.
type Report struct {
	Key      Key
	End      bool
	Volume   uint8  // power of the tone in -dBm0, 0 to 63
	Duration uint16 // since the timestamp of the packet, in timestamp units
}

// ParseReport reads a telephone-event payload. It refuses one that is too short and
// the events that are no keys (flash, fax and modem tones).
func ParseReport(payload []byte) (Report, bool) {
	if len(payload) < reportSize || int(payload[0]) >= len(events) {
		return Report{}, false
	}
	return Report{
		Key:      Key(events[payload[0]]),
		End:      payload[1]&endBit != 0,
		Volume:   payload[1] & 0x3F,
		Duration: uint16(payload[2])<<8 | uint16(payload[3]),
	}, true
}

// Encode returns the payload of r. A Key that is none of the sixteen encodes as event
// 255, which no receiver takes for a key.
func (r Report) Encode() [reportSize]byte {
	event, ok := r.Key.event()
	if !ok {
		event = 0xFF
	}
	second := r.Volume & 0x3F
	if r.End {
		second |= endBit
	}
	return [reportSize]byte{event, second, byte(r.Duration >> 8), byte(r.Duration)}
}
