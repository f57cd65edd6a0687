package sdp

import "strings"

// Codec is an audio codec by its encoding name, RFC 3551 section 6.
type Codec string

// The codecs we speak. All carry 8,000 bytes a second. Those of G.711 are a sample each,
// those of G.722 two of 16,000 a second, whose clock counts 8,000 all the same: RFC 3551
// section 4.5.2 keeps an error of RFC 1890.
const (
	PCMU Codec = "PCMU"
	PCMA Codec = "PCMA"
	G722 Codec = "G722"
)

// Codecs are the codecs we speak in the order in which we offer them. G.722 comes last:
// the built-in prompts hold nothing that G.711 does not carry.
func Codecs() []Codec { return []Codec{PCMU, PCMA, G722} }

// clockRateHz is the RTP clock of every codec we speak, and so of telephone-event.
const clockRateHz = "8000"

// telephoneEvent is the encoding name of RFC 4733.
const telephoneEvent = "telephone-event"

// DefaultEventPayloadType is the payload type under which we offer telephone-event. It
// is what nearly everybody uses, so a receiver may also expect events on it from a
// peer that did not say.
const DefaultEventPayloadType = 101

// static are the codecs that payload types mean without an rtpmap, RFC 3551 table 4.
var static = map[uint8]Codec{0: PCMU, 8: PCMA, 9: G722}

// payloadType returns the static payload type of c.
func (c Codec) payloadType() uint8 {
	for number, codec := range static {
		if codec == c {
			return number
		}
	}
	return 0
}

// is reports whether an rtpmap value ("PCMU/8000/1") names c.
func (c Codec) is(rtpmap string) bool { return encodes(rtpmap, string(c)) }

// encodes reports whether an rtpmap value is the encoding called name at our clock rate.
func encodes(rtpmap, name string) bool {
	encoding, parameters, _ := strings.Cut(rtpmap, "/")
	rate, channels, _ := strings.Cut(parameters, "/")
	return strings.EqualFold(encoding, name) && rate == clockRateHz && (channels == "" || channels == "1")
}
