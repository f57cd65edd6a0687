package media

import (
	"net/netip"
	"slices"
	"time"

	"tsunagi/server/sdp"
)

// Params is what was agreed on for a session.
type Params struct {
	Codec            sdp.Codec
	PayloadType      uint8 // of the codec
	EventPayloadType uint8 // of telephone-event in packets we send; 0: the default one

	// Ptime is how much sound a packet holds: 10, 20, 30, 40 or 60 ms. Anything else
	// means 20 ms.
	Ptime time.Duration

	// Remote is where the peer receives. The zero value sends nothing.
	Remote netip.AddrPort

	// RemoteControl is where the peer receives RTCP, if it said so. The zero value means
	// the port above Remote.
	RemoteControl netip.AddrPort

	// Direction is which way the stream flows, seen from us. While we may not send,
	// the prompt and the keys stand still and go on where they were; while either
	// side is silent by agreement, MediaLost is not reported.
	Direction sdp.Direction

	// BehindNAT takes the source of the first packet for the peer's real address,
	// whatever was negotiated. It is for a peer whose signalling comes from another
	// address than the one it negotiated.
	BehindNAT bool

	// Crypto are the keys of SRTP. Packets that are not sealed with the peer's are
	// counted as forged and ignored, and nothing is sent that is not sealed with ours.
	// The zero value is plain RTP.
	Crypto sdp.Crypto

	// Tones has keys heard in the sound too. A press that also comes as an event is
	// one key by the rule of dtmf.Merger.
	Tones bool
}

// ParamsOf returns the parameters of a stream that was agreed on. Tones are heard where
// the peer sends no events.
func ParamsOf(c sdp.Chosen) Params {
	return Params{
		Codec: c.Codec, PayloadType: c.PayloadType, EventPayloadType: c.EventPayloadType,
		Ptime: c.Ptime, Remote: c.Remote, RemoteControl: c.RemoteControl, Direction: c.Direction,
		Crypto: c.Crypto, Tones: c.EventPayloadType == 0,
	}
}

// The payload types that need no agreement, RFC 3551 table 4.
const (
	staticPCMU   = 0
	staticPCMA   = 8
	staticG722   = 9
	comfortNoise = 13 // RFC 3389; we play silence of our own, so it is not listened to
)

// normal returns p with a packet length that the wheel has, an event payload type, and
// addresses that compare equal to those of received packets.
func (p Params) normal() Params {
	if !slices.Contains([]time.Duration{10, 20, 30, 40, 60}, p.Ptime/time.Millisecond) || p.Ptime%time.Millisecond != 0 {
		p.Ptime = 20 * time.Millisecond
	}
	if p.EventPayloadType == 0 && p.PayloadType != sdp.DefaultEventPayloadType {
		p.EventPayloadType = sdp.DefaultEventPayloadType
	}
	p.Remote, p.RemoteControl = unmapped(p.Remote), unmapped(p.RemoteControl)
	return p
}

// unmapped returns a with an IPv4 address as such.
func unmapped(a netip.AddrPort) netip.AddrPort {
	if !a.IsValid() {
		return a
	}
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}

// ticks returns how many ticks lie between two packets.
func (p Params) ticks() int { return int(p.Ptime / time.Millisecond) }

// isEvent reports whether packets of this payload type are telephone-events. A peer
// that numbers events differently from us may send either number (RFC 3264 6.1).
func (p Params) isEvent(payloadType uint8) bool {
	return payloadType != p.PayloadType &&
		(payloadType == p.EventPayloadType || payloadType == sdp.DefaultEventPayloadType)
}

// codecOf returns the codec of received packets of a payload type. All codecs are taken
// under their static types whichever was chosen: a peer that offered several may change
// in mid-call, and some do so unasked.
func (p Params) codecOf(payloadType uint8) (sdp.Codec, bool) {
	switch {
	case payloadType == p.PayloadType:
		return p.Codec, true
	case p.isEvent(payloadType):
		return "", false
	case payloadType == staticPCMU:
		return sdp.PCMU, true
	case payloadType == staticPCMA:
		return sdp.PCMA, true
	case payloadType == staticG722:
		return sdp.G722, true
	}
	return "", false
}

// isKnown reports whether a packet of this payload type belongs to the stream.
func (p Params) isKnown(payloadType uint8) bool {
	_, sound := p.codecOf(payloadType)
	return sound || p.isEvent(payloadType) || payloadType == comfortNoise
}

// bothWays reports whether both sides should be sending.
func (p Params) bothWays() bool { return p.Direction.Sends() && p.Direction.Receives() }
