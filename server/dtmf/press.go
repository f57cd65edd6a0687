package dtmf

import "time"

// unitsPerMillisecond converts durations to timestamp units of 8,000 Hz.
const unitsPerMillisecond = 8

// volume is what telephones commonly state, -10 dBm0.
const volume = 10

// endReports is how often the end of a press is told. RFC 4733 2.5.1.4: the final
// packet is sent three times.
const endReports = 3

// Press is one key going down, staying down for a while and coming up, as the packets
// that a telephone sends for it. It is driven by the sender's packet clock: Next once
// for each packet interval until Done.
type Press struct {
	key       Key
	length    uint32 // how long the key is down
	elapsed   uint32 // since it went down, at the next report
	timestamp uint32 // of the current segment
	start     uint32 // elapsed at which the current segment began
	begun     bool
	ends      int // end reports already given
}

// PressPacket is one packet of a press. It goes out as an RTP packet of the negotiated
// telephone-event payload type with exactly this timestamp and marker.
type PressPacket struct {
	Timestamp uint32
	Marker    bool
	Payload   [reportSize]byte
}

// NewPress returns the press of k for length, going down at the RTP timestamp given.
func NewPress(k Key, length time.Duration, timestamp uint32) Press {
	return Press{
		key:       k,
		length:    uint32(max(length, 0).Milliseconds()) * unitsPerMillisecond,
		timestamp: timestamp,
	}
}

// Next returns the packet due now and moves the press on by interval timestamp units.
// After Done it repeats the end.
func (p *Press) Next(interval uint32) PressPacket {
	end := p.begun && p.elapsed >= p.length
	now := min(p.elapsed, p.length)
	for now-p.start > longest {
		p.start += longest
		p.timestamp += longest
	}
	report := Report{Key: p.key, End: end, Volume: volume, Duration: uint16(now - p.start)}
	packet := PressPacket{Timestamp: p.timestamp, Marker: !p.begun, Payload: report.Encode()}
	if end {
		p.ends++
	}
	p.begun = true
	p.elapsed += interval
	return packet
}

// Done reports whether the end has been told three times.
func (p *Press) Done() bool { return p.ends >= endReports }

// End returns the RTP timestamp at which the key comes up.
func (p *Press) End() uint32 { return p.timestamp - p.start + p.length }
