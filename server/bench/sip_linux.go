package bench

import (
	"bytes"
	"fmt"
	"net/netip"
	"strconv"
)

// What a caller says and understands of SIP: just enough of RFC 3261 for a call to be
// made, answered, acknowledged and ended.

// inviteOf writes the INVITE of a seat's call.
func (g *Generator) inviteOf(s *seat) []byte {
	sdp := fmt.Sprintf("v=0\r\no=bench 1 1 IN IP4 %[1]s\r\ns=-\r\nc=IN IP4 %[1]s\r\nt=0 0\r\n"+
		"m=audio %[2]d RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n"+
		"a=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n", g.rtp.local.Addr(), g.rtp.local.Port())
	return fmt.Appendf(nil, "INVITE sip:%s@%s SIP/2.0\r\n%sContact: <sip:bench@%s>\r\n"+
		"Allow: INVITE, ACK, BYE, CANCEL, OPTIONS\r\nContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s",
		s.number, g.target.SIP, g.head(s, "INVITE", "", 1), g.sip.local, len(sdp), sdp)
}

// within writes a request of the dialog.
func (g *Generator) within(s *seat, method string, seq int) []byte {
	return fmt.Appendf(nil, "%s %s SIP/2.0\r\n%sContent-Length: 0\r\n\r\n", method, s.contact, g.head(s, method, s.toTag, seq))
}

// ackOfRefusal acknowledges a refusal, RFC 3261 17.1.1.3.
func (g *Generator) ackOfRefusal(s *seat, toTag string) []byte {
	return fmt.Appendf(nil, "ACK sip:%s@%s SIP/2.0\r\n%sContent-Length: 0\r\n\r\n", s.number, g.target.SIP, g.head(s, "ACK", toTag, 1))
}

// head writes what the requests of a call have in common.
func (g *Generator) head(s *seat, method, toTag string, seq int) string {
	branch := fmt.Sprintf("%s.%d.%d", s.callID, seq, s.calls)
	if method == "ACK" && toTag != "" && s.state != stateRefused {
		branch += "a" // the ACK of a 2xx is a transaction of its own
	}
	if toTag != "" {
		toTag = ";tag=" + toTag
	}
	return fmt.Sprintf("Via: SIP/2.0/UDP %s;branch=z9hG4bK%s;rport\r\nMax-Forwards: 70\r\n"+
		"From: <sip:bench@%s>;tag=%s\r\nTo: <sip:%s@%s>%s\r\nCall-ID: %s\r\nCSeq: %d %s\r\n",
		g.sip.local, branch, g.sip.local, s.callID, s.number, g.target.SIP, toTag, s.callID, seq, method)
}

// okTo answers a request of the server.
func okTo(request []byte) []byte {
	answer := []byte("SIP/2.0 200 OK\r\n")
	lines := bytes.Split(request, crlf)
	for _, line := range lines[1:] {
		for _, name := range []string{"Via", "From", "To", "Call-ID", "CSeq", "v", "f", "t", "i"} {
			if named(line, name) {
				answer = append(append(answer, line...), crlf...)
			}
		}
	}
	return append(answer, "Content-Length: 0\r\n\r\n"...)
}

var crlf = []byte("\r\n")

// named tells whether a line is the header of that name.
func named(line []byte, name string) bool {
	return len(line) > len(name) && line[len(name)] == ':' && bytes.EqualFold(line[:len(name)], []byte(name))
}

// header is the value of the first header of that name.
func header(message []byte, name string) []byte {
	for len(message) > 0 {
		line, rest, _ := bytes.Cut(message, crlf)
		if len(line) == 0 {
			return nil
		}
		if named(line, name) {
			return bytes.TrimSpace(line[len(name)+1:])
		}
		message = rest
	}
	return nil
}

// statusOf is the status of a response, 0 for a request.
func statusOf(message []byte) int {
	if len(message) < 12 || string(message[:8]) != "SIP/2.0 " {
		return 0
	}
	n, _ := strconv.Atoi(string(message[8:11]))
	return n
}

// tagOf is the tag parameter of a From or To.
func tagOf(value []byte) string {
	_, tag, _ := bytes.Cut(value, []byte(";tag="))
	tag, _, _ = bytes.Cut(tag, []byte(";"))
	return string(tag)
}

// addressIn is the URI within the brackets of a Contact.
func addressIn(value []byte) string {
	if _, after, ok := bytes.Cut(value, []byte("<")); ok {
		value, _, _ = bytes.Cut(after, []byte(">"))
	}
	return string(value)
}

// mediaOf is where a session description wants its RTP.
func mediaOf(message []byte) (netip.AddrPort, bool) {
	_, body, _ := bytes.Cut(message, []byte("\r\n\r\n"))
	_, c, ok := bytes.Cut(body, []byte("c=IN IP4 "))
	_, m, found := bytes.Cut(body, []byte("m=audio "))
	if !ok || !found {
		return netip.AddrPort{}, false
	}
	host, _, _ := bytes.Cut(c, crlf)
	port, _, _ := bytes.Cut(m, []byte(" "))
	to, err := netip.ParseAddrPort(string(host) + ":" + string(port))
	return to, err == nil
}
