package sipua

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// What sipgo cannot parse it drops without a word, and its sender repeats it for 32 s. A
// request of which at least the header fields can be read that an answer repeats (RFC 3261
// 8.2.6.2) is therefore answered from its bytes, and nothing is kept of it (RFC 3261
// 8.2.7). The sockets find such requests: what they have handed to sipgo and arrive has
// not seen.

// repeatedFields are the header fields of a request that its answers repeat, in their order.
var repeatedFields = []string{"Via", "From", "To", "Call-ID", "CSeq"}

// compactNames are the one-letter names of header fields (RFC 3261 7.3.3).
var compactNames = map[string]string{"v": "via", "f": "from", "t": "to", "i": "call-id"}

// hasTag finds the tag behind the address of To.
var hasTag = regexp.MustCompile(`(?i);[ \t]*tag[ \t]*=[^<>]*$`)

// An unread request is what can be made out of one that cannot be parsed.
type unread struct {
	method string
	fault  *fault
	fields map[string][]string // the values of repeatedFields by name in small letters
}

// decipher makes out a request. It reports false for what must not be answered: a response,
// an ACK (RFC 3261 17.1.1.3), and what lacks a field that the answer needs.
func decipher(data []byte) (u unread, ok bool) {
	head, _, whole := bytes.Cut(bytes.TrimLeft(data, "\r\n"), []byte("\r\n\r\n"))
	if !whole {
		return unread{}, false
	}
	lines := strings.Split(folded.ReplaceAllString(string(head), " "), "\r\n")
	u.method, u.fault = startLineFault(lines[0])
	if u.fault == nil {
		return unread{}, false
	}
	u.fields = map[string][]string{}
	for _, line := range lines[1:] {
		name, value, ok := strings.Cut(line, ":")
		name = strings.ToLower(strings.Trim(name, " \t"))
		if long, ok := compactNames[name]; ok {
			name = long
		}
		if ok && !strings.ContainsFunc(value, breaksLines) {
			u.fields[name] = append(u.fields[name], strings.Trim(value, " \t"))
		}
	}
	for i, name := range repeatedFields {
		values := u.fields[strings.ToLower(name)]
		// Which of two would be meant is unknown, but for Via.
		if len(values) == 0 || values[0] == "" || i > 0 && len(values) > 1 {
			return unread{}, false
		}
	}
	return u, true
}

// breaksLines reports whether a character must not stand in a line of ours.
func breaksLines(r rune) bool { return r == '\r' || r == '\n' || r == 0 }

// folded is a line's end behind which it goes on (RFC 3261 7.3.1).
var folded = regexp.MustCompile(`\r\n[ \t]+`)

// startLineFault gives the method of a request that could not be parsed and what it is
// answered; nil for what is no request, or an ACK.
func startLineFault(line string) (method string, f *fault) {
	words := strings.Fields(line)
	if len(words) < 3 || strings.EqualFold(words[0], string(sip.ACK)) || strings.Trim(words[0], tokenCharacters) != "" {
		return "", nil
	}
	method = words[0]
	version := words[len(words)-1]
	if !strings.HasPrefix(strings.ToUpper(version), "SIP/") {
		return "", nil
	}
	// RFC 3261 25.1: one space after the method, one before the version and none elsewhere.
	exact := line == strings.Join(words, " ") && len(words) == 3
	switch {
	case !strings.EqualFold(version, sipVersion):
		return method, refuse(sip.StatusVersionNotSupported)
	case exact && foreignScheme(words[1]):
		return method, refuse(416)
	default:
		return method, malformed("Malformed request")
	}
}

// tokenCharacters are those of a method (RFC 3261 25.1).
const tokenCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.!%*_+`'~"

// scheme is that of a URI, RFC 3986 3.1.
var scheme = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:`)

// foreignScheme reports whether a Request-URI is one of a scheme that we do not serve.
func foreignScheme(uri string) bool {
	name := strings.ToLower(strings.TrimSuffix(scheme.FindString(uri), ":"))
	return name != "" && !serves(name)
}

// answer is the response to the request.
func (u unread) answer(userAgent string, source netip.AddrPort) []byte {
	var b strings.Builder
	reason := u.fault.reason
	if reason == "" {
		reason = reasons[u.fault.status]
	}
	b.WriteString(sipVersion + " " + strconv.Itoa(u.fault.status) + " " + reason + "\r\n")
	sum := sha256.New()
	for _, name := range repeatedFields {
		for i, value := range u.fields[strings.ToLower(name)] {
			sum.Write([]byte(value + "\n"))
			if name == "Via" && i == 0 {
				value = stamped(value, source)
			}
			if name == "To" && !hasTag.MatchString(value) {
				// RFC 3261 8.2.7: who keeps nothing gives a repeated request the same tag.
				value += ";tag=" + hex.EncodeToString(sum.Sum(nil)[:16])
			}
			b.WriteString(name + ": " + value + "\r\n")
		}
	}
	b.WriteString("Server: " + userAgent + "\r\nContent-Length: 0\r\n\r\n")
	return []byte(b.String())
}

// sentBy finds host and port in a Via, rport the parameter of that name without a value.
var (
	sentBy = regexp.MustCompile(`^SIP[ \t]*/[^/]*/[ \t]*[^ \t]+[ \t]+(\[[^]]*\]|[^ \t:;,]+)[ \t]*(?::[ \t]*(\d{1,5}))?`)
	rport  = regexp.MustCompile(`(?i);[ \t]*rport[ \t]*(;|$)`)
)

// stamped is a Via with the source of the request noted (RFC 3261 18.2.1, RFC 3581 4).
func stamped(via string, source netip.AddrPort) string {
	first, others, more := strings.Cut(via, ",")
	host := source.Addr().String()
	asked := rport.MatchString(first)
	if asked {
		first = rport.ReplaceAllString(first, fmt.Sprintf(";rport=%d$1", source.Port()))
	}
	if by := sentBy.FindStringSubmatch(first); asked || by == nil || strings.Trim(by[1], "[]") != host {
		first = strings.TrimRight(first, " \t") + ";received=" + host
	}
	if more {
		return first + "," + others
	}
	return first
}

// destination is where the answer to a datagram goes (RFC 3261 18.2.2, RFC 3581 4).
func (u unread) destination(source netip.AddrPort) netip.AddrPort {
	first, _, _ := strings.Cut(u.fields["via"][0], ",")
	by := sentBy.FindStringSubmatch(first)
	if by == nil || rport.MatchString(first) {
		return source
	}
	port, err := strconv.ParseUint(cmp.Or(by[2], strconv.Itoa(sip.DefaultUdpPort)), 10, 16)
	if err != nil || port == 0 {
		return source
	}
	return netip.AddrPortFrom(source.Addr(), uint16(port))
}

// refuseUnread returns the answer to what sipgo could not parse and where it goes by UDP;
// nil where there is none.
func (e *Endpoint) refuseUnread(data []byte, source netip.AddrPort) ([]byte, netip.AddrPort) {
	u, ok := decipher(data)
	if !ok {
		return nil, netip.AddrPort{}
	}
	e.log.Warn("SIP request cannot be read", "method", u.method, "from", source.String(), "answer", u.fault.status)
	if u.method == string(sip.INVITE) {
		e.callRefused(u.fault)
	}
	return u.answer(e.cfg.UserAgent, source), u.destination(source)
}
