package sdp

import (
	"fmt"
	"net/netip"
	"slices"
	"time"
)

// Local is our side of a stream.
type Local struct {
	// Addr is where we receive RTP. It goes into the body, so its address must be one
	// that the peer can reach.
	Addr netip.AddrPort

	// Session names the session and stays the same for the life of a dialog; Version
	// is one more each time the body changes. RFC 3264 section 8.
	Session, Version uint64

	// Codecs are those we accept, or offer in this order; all where it is empty.
	Codecs []Codec

	// Direction is what we would like.
	Direction Direction

	// Encryption is whether the stream is to be SRTP, and Key is then ours; Choose
	// needs none. It stays the same for the life of a dialog.
	Encryption Encryption
	Key        MasterKey
}

// codecs returns the codecs of l.
func (l Local) codecs() []Codec {
	if len(l.Codecs) == 0 {
		return Codecs()
	}
	return l.Codecs
}

// Chosen is what both sides have agreed on.
type Chosen struct {
	Codec       Codec
	PayloadType uint8 // of the codec in the packets we send

	// EventPayloadType is that of telephone-event in the packets we send; 0 where the
	// peer does not take events. A receiver also takes events on
	// DefaultEventPayloadType, under which we offer them.
	EventPayloadType uint8

	Ptime     time.Duration  // how much sound the peer wants in a packet
	Remote    netip.AddrPort // where to send; the zero value when held by 0.0.0.0
	Direction Direction      // which way it flows, seen from us

	// RemoteControl is where to send RTCP; the zero value where the peer did not say,
	// which means the port above Remote.
	RemoteControl netip.AddrPort

	Crypto Crypto // the zero value is plain RTP
}

// defaultPtime is the packet of a peer that does not say, RFC 3551 section 4.2.
const defaultPtime = 20 * time.Millisecond

// ptimes are the packets we can send, longest first.
func ptimes() []time.Duration {
	const ms = time.Millisecond
	return []time.Duration{60 * ms, 40 * ms, 30 * ms, 20 * ms, 10 * ms}
}

// choose agrees on the stream s of d with a peer that described it.
func (d description) choose(s stream, local Local) (Chosen, error) {
	crypto, err := s.crypto(local)
	if err != nil {
		return Chosen{}, err
	}
	chosen, ok := s.codec(local.codecs())
	if !ok {
		return Chosen{}, fmt.Errorf("%w: audio formats %q", ErrNoCommonCodec, s.formats)
	}
	addr, err := d.address(s)
	if err != nil {
		return Chosen{}, err
	}
	chosen.Crypto = crypto
	chosen.EventPayloadType = s.events(chosen.PayloadType)
	chosen.Ptime = s.ptime()
	chosen.Direction = d.direction(s).answer(local.Direction)
	if addr.IsUnspecified() {
		// Hold as before RFC 3264 (its section 8.4): nothing may be sent to 0.0.0.0.
		chosen.Direction = directionOf(false, chosen.Direction.Receives())
		return chosen, nil
	}
	chosen.Remote = netip.AddrPortFrom(addr, s.port)
	chosen.RemoteControl = s.control(addr)
	return chosen, nil
}

// codec returns the first format of s that is one of ours. RFC 3264 6.1: the formats
// of an offer are in the order of the offerer's preference.
func (s stream) codec(ours []Codec) (Chosen, bool) {
	for _, format := range s.formats {
		payloadType, encoding, mapped := s.rtpmap(format)
		if !mapped {
			continue
		}
		i := slices.IndexFunc(ours, func(c Codec) bool { return c.is(encoding) })
		if i >= 0 {
			return Chosen{Codec: ours[i], PayloadType: payloadType}, true
		}
	}
	return Chosen{}, false
}

// events returns the payload type of telephone-event in s, and 0 where it has none. A
// telephone-event of another clock rate belongs to another codec.
func (s stream) events(codec uint8) uint8 {
	for _, format := range s.formats {
		payloadType, encoding, mapped := s.rtpmap(format)
		if mapped && encodes(encoding, telephoneEvent) && payloadType != codec {
			return payloadType
		}
	}
	return 0
}

// ptime returns the packet the peer asks for, or the nearest shorter one we can send.
func (s stream) ptime() time.Duration {
	asked := s.milliseconds("ptime")
	if asked <= 0 {
		asked = defaultPtime
	}
	if limit := s.milliseconds("maxptime"); limit > 0 {
		asked = min(asked, limit)
	}
	shortest := asked
	for _, shortest = range ptimes() {
		if shortest <= asked {
			break
		}
	}
	return shortest
}
