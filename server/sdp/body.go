package sdp

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// body is a description being written.
type body struct{ bytes.Buffer }

// format is a codec under a payload type.
type format struct {
	payloadType uint8
	codec       Codec
}

// begin writes the session level of local.
func begin(local Local) (*body, error) {
	addr := local.Addr.Addr().Unmap()
	if !addr.IsValid() || addr.IsUnspecified() || local.Addr.Port() == 0 {
		return nil, fmt.Errorf("describe our side: %s is no address to send to", local.Addr)
	}
	if local.Encryption != EncryptionOff && local.Key == (MasterKey{}) {
		return nil, errors.New("describe our side: no SRTP key")
	}
	family := "IP4"
	if addr.Is6() {
		family = "IP6"
	}
	b := &body{}
	b.line("v=0")
	b.line("o=tsunagi %d %d IN %s %s", local.Session, local.Version, family, addr.WithZone(""))
	b.line("s=-")
	b.line("c=IN %s %s", family, addr.WithZone(""))
	b.line("t=0 0")
	return b, nil
}

// line writes one line of the description.
func (b *body) line(pattern string, values ...any) {
	fmt.Fprintf(b, pattern, values...)
	b.WriteString("\r\n")
}

// audio writes the m= line of a stream of ours and what its payload types mean; events
// is that of telephone-event, 0 for none.
func (b *body) audio(port uint16, proto string, formats []format, events uint8) {
	fmt.Fprintf(b, "m=audio %d %s", port, proto)
	for _, f := range formats {
		fmt.Fprintf(b, " %d", f.payloadType)
	}
	if events != 0 {
		fmt.Fprintf(b, " %d", events)
	}
	b.WriteString("\r\n")
	for _, f := range formats {
		b.line("a=rtpmap:%d %s/%s", f.payloadType, f.codec, clockRateHz)
	}
	if events != 0 {
		b.line("a=rtpmap:%d %s/%s", events, telephoneEvent, clockRateHz)
		b.line("a=fmtp:%d 0-15", events) // RFC 4733 2.4.1: the sixteen keys
	}
}

// refuse writes the m= line of a stream that we do not take.
func (b *body) refuse(s stream) {
	b.line("m=%s 0 %s %s", s.kind, s.proto, strings.Join(s.formats, " "))
}
