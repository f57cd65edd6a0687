package media

import "time"

// How far a sequence number may go ahead or come late before it is taken for the
// beginning of another sequence, RFC 3550 appendix A.1.
const (
	maxDropout  = 3000
	maxMisorder = 100
)

// jumpUnits is a difference of transit that is no jitter but a clock set anew, a second.
const jumpUnits = 1000 * unitsPerTick

// reception counts what comes of one stream, RFC 3550 appendix A.
type reception struct {
	begun    bool
	ssrc     uint32
	base     uint16 // first sequence number
	highest  uint16 // newest sequence number
	cycles   uint32 // times it has wrapped
	received int64  // since base
	before   int64  // lost of the sequences before this one

	expectedBefore, receivedBefore int64 // at the last report of ours

	timed   bool // transit and codec timestamps are set
	transit int32
	jitter  uint32 // in timestamp units, times 16
}

// count takes a packet into account and reports whether it is newer than all before.
func (r *reception) count(h header) (newer bool) {
	ahead := h.sequence - r.highest
	switch {
	case !r.begun || r.endsWith(h):
		*r = reception{
			begun: true, ssrc: h.ssrc, base: h.sequence, highest: h.sequence,
			before: r.lost(), jitter: r.jitter,
		}
		newer = true
	case ahead == 0:
	case ahead <= maxDropout:
		if h.sequence < r.highest {
			r.cycles++
		}
		r.highest = h.sequence
		newer = true
	}
	r.received++
	return newer
}

// endsWith reports whether a packet begins another sequence than the one that is counted.
func (r *reception) endsWith(h header) bool {
	ahead := h.sequence - r.highest
	return r.begun && (h.ssrc != r.ssrc || ahead > maxDropout && ahead < 1<<16-maxMisorder)
}

// lost returns how many packets have not come. Doubled ones count against it.
func (r *reception) lost() int64 {
	if !r.begun {
		return 0
	}
	return r.before + max(r.expected()-r.received, 0)
}

// expected returns how many packets were sent since base.
func (r *reception) expected() int64 {
	return int64(r.cycles)<<16 + int64(r.highest) - int64(r.base) + 1
}

// fractionLost returns the share lost since it was asked last, in 256ths, RFC 3550
// appendix A.3.
func (r *reception) fractionLost() uint8 {
	expected, received := r.expected()-r.expectedBefore, r.received-r.receivedBefore
	r.expectedBefore, r.receivedBefore = r.expected(), r.received
	if lost := expected - received; lost > 0 {
		return uint8(min(lost<<8/expected, 255))
	}
	return 0
}

// time takes the arrival of a packet of sound into the jitter, RFC 3550 appendix A.8.
// Events are left out: all packets of a press have one timestamp.
func (r *reception) time(timestamp uint32, arrival time.Duration) {
	transit := int32(uint32(arrival.Microseconds()*unitsPerTick/1000) - timestamp)
	d := transit - r.transit
	r.transit = transit
	if d < 0 {
		d = -d
	}
	if !r.timed || d < 0 || d > jumpUnits {
		r.timed = true
		return
	}
	r.jitter += uint32(d) - (r.jitter+8)>>4
}
