package media

import "encoding/binary"

// The sizes of packets. A received packet may be anything that fits an Ethernet frame;
// one of ours holds at most 60 ms of G.711.
const (
	headerBytes     = 12
	maxPayloadBytes = cycle / 2 * unitsPerTick
	maxPacketBytes  = 1500
)

// header is what is used of an RTP header, RFC 3550 section 5.1.
type header struct {
	payloadType     uint8
	marker          bool
	sequence        uint16
	timestamp, ssrc uint32
}

// put writes h in front of a packet.
func (h header) put(packet []byte) {
	packet[0] = 2 << 6 // version 2; no padding, extension or contributing sources
	packet[1] = h.payloadType
	if h.marker {
		packet[1] |= 0x80
	}
	binary.BigEndian.PutUint16(packet[2:], h.sequence)
	binary.BigEndian.PutUint32(packet[4:], h.timestamp)
	binary.BigEndian.PutUint32(packet[8:], h.ssrc)
}

// parse reads a packet and returns its payload as a slice of it. It refuses what is no
// RTP packet of version 2, and lengths that point outside of it.
func parse(packet []byte) (h header, payload []byte, ok bool) {
	if len(packet) < headerBytes || packet[0]>>6 != 2 {
		return header{}, nil, false
	}
	h = header{
		payloadType: packet[1] & 0x7F,
		marker:      packet[1]&0x80 != 0,
		sequence:    binary.BigEndian.Uint16(packet[2:]),
		timestamp:   binary.BigEndian.Uint32(packet[4:]),
		ssrc:        binary.BigEndian.Uint32(packet[8:]),
	}
	padded, extended, contributors := packet[0]&0x20 != 0, packet[0]&0x10 != 0, int(packet[0]&0x0F)
	begin, end := headerBytes+4*contributors, len(packet)
	if extended {
		if end < begin+4 {
			return header{}, nil, false
		}
		begin += 4 + 4*int(binary.BigEndian.Uint16(packet[begin+2:]))
	}
	if padded {
		end -= int(packet[end-1])
		if packet[len(packet)-1] == 0 {
			return header{}, nil, false // it counts itself
		}
	}
	if begin > end {
		return header{}, nil, false
	}
	return h, packet[begin:end], true
}
