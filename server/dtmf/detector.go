package dtmf

// kept is how many presses a Detector recognises when one of their packets comes
// late. Sixteen presses are more than a second of the fastest keying; the network
// does not hold a packet back for longer.
const kept = 16

// Packet is what a Detector looks at in an RTP packet whose payload type is that of
// telephone-event. The sequence number is not among it: a press is recognised by
// equality, so late, repeated and reordered packets need no ordering.
type Packet struct {
	SSRC      uint32
	Timestamp uint32
	Marker    bool
	Payload   []byte
}

// Detector finds the presses in a stream of telephone-event packets. The zero value is
// ready. It is not safe for concurrent use.
type Detector struct {
	presses [kept]identity
	newest  int // index of the press seen last
}

// identity tells one press, or one segment of a long one, from every other.
type identity struct {
	ssrc, timestamp uint32
	event           uint8
	state           identityState
}

type identityState uint8

const (
	unused identityState = iota
	known                // all three parts are compared
	wiped                // the event was forgotten; the other two parts are compared
)

// Detect returns the key of p if p is the first packet of its press, and false for all
// further packets of it and for anything that is no key. p.Payload is not kept.
func (d *Detector) Detect(p Packet) (Key, bool) {
	report, ok := ParseReport(p.Payload)
	if !ok {
		return 0, false
	}
	id := identity{ssrc: p.SSRC, timestamp: p.Timestamp, event: p.Payload[0], state: known}
	for _, seen := range d.presses {
		if seen.is(id) {
			return 0, false
		}
	}
	continued := !p.Marker && d.presses[d.newest].continuesAs(id)
	d.newest = (d.newest + 1) % kept
	d.presses[d.newest] = id
	if continued {
		return 0, false
	}
	return report.Key, true
}

// Wipe forgets which keys were pressed, but not that they were: packets of presses
// already counted are still recognised, by SSRC and timestamp alone. It is for the
// moment when a field that was keyed is wiped elsewhere, and for the call's end.
func (d *Detector) Wipe() {
	for i := range d.presses {
		if d.presses[i].state == known {
			d.presses[i].state = wiped
		}
		d.presses[i].event = 0
	}
}

// is reports whether a packet with the identity id belongs to the press seen.
func (seen identity) is(id identity) bool {
	return seen.state != unused && seen.ssrc == id.ssrc && seen.timestamp == id.timestamp &&
		(seen.state == wiped || seen.event == id.event)
}

// continuesAs reports whether id is the next segment of the same long press.
// RFC 4733 2.5.1.3: a new segment begins where the full one ends, without a marker.
func (seen identity) continuesAs(id identity) bool {
	id.timestamp -= longest
	return seen.is(id)
}
