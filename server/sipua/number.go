package sipua

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/emiago/sipgo/sip"

	"tsunagi/server"
)

// NumberFrom names the header field that says which number was called. A PBX that
// forwards to the IVR may leave the IVR number in any of them.
type NumberFrom string

// The places in which a called number may stand, spelled as the field itself.
const (
	NumberFromRequestURI     NumberFrom = "Request-URI"
	NumberFromTo             NumberFrom = "To"
	NumberFromPCalledPartyID NumberFrom = "P-Called-Party-ID"
	NumberFromDiversion      NumberFrom = "Diversion"
)

const defaultNumberFrom = NumberFromRequestURI

// ParseNumberFrom reads a setting. Capitals do not matter; empty is Request-URI.
func ParseNumberFrom(s string) (NumberFrom, error) {
	if s == "" {
		return defaultNumberFrom, nil
	}
	for _, from := range []NumberFrom{NumberFromRequestURI, NumberFromTo, NumberFromPCalledPartyID, NumberFromDiversion} {
		if strings.EqualFold(s, string(from)) {
			return from, nil
		}
	}
	return "", fmt.Errorf("number from %q: want Request-URI, To, P-Called-Party-ID or Diversion", s)
}

// calledNumber is the number that req was sent to, empty where the field is missing
// or holds no telephone number.
func calledNumber(req *sip.Request, from NumberFrom) string {
	switch from {
	case NumberFromTo:
		if to := req.To(); to != nil {
			return numberOf(&to.Address)
		}
		return ""
	case NumberFromPCalledPartyID, NumberFromDiversion:
		number, _ := numberInHeader(req, string(from))
		return number
	default:
		return numberOf(&req.Recipient)
	}
}

// callerNumber is the caller's number, empty where it is withheld. A PBX's
// P-Asserted-Identity counts more than From, which the telephone may write freely.
func callerNumber(req *sip.Request) string {
	// RFC 3323 4.2, RFC 3325 9.3: an identity under Privacy is not shown to a user.
	if h := req.GetHeader("Privacy"); h != nil {
		for _, kind := range strings.Split(h.Value(), ";") {
			switch strings.ToLower(strings.TrimSpace(kind)) {
			case "id", "user", "header":
				return ""
			}
		}
	}
	if number, ok := numberInHeader(req, "P-Asserted-Identity"); ok && number != "" {
		return number
	}
	if from := req.From(); from != nil {
		return numberOf(&from.Address)
	}
	return ""
}

// numberInHeader reads the first address of a header that sipgo leaves unparsed.
func numberInHeader(req *sip.Request, name string) (number string, ok bool) {
	h := req.GetHeader(name)
	if h == nil {
		return "", false
	}
	var (
		address sip.Uri
		params  sip.HeaderParams
	)
	if _, err := sip.ParseAddressValue(firstAddress(h.Value()), &address, &params); err != nil {
		return "", false
	}
	return numberOf(&address), true
}

// firstAddress cuts a list of name-addr values at its first comma that stands
// neither in a display name nor between angle brackets.
func firstAddress(list string) string {
	var quoted, bracketed bool
	for i := 0; i < len(list); i++ {
		switch c := list[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"' && !bracketed:
			quoted = !quoted
		case c == '<' && !quoted:
			bracketed = true
		case c == '>' && !quoted:
			bracketed = false
		case c == ',' && !quoted && !bracketed:
			return list[:i]
		}
	}
	return list
}

// numberOf is the telephone number in a SIP or tel URI as ivr.DialledNumber writes
// it, empty where it holds none.
func numberOf(u *sip.Uri) string {
	user := u.User
	if u.Scheme == "tel" {
		user = u.Raw()
	}
	// RFC 3261 19.1.1: parameters of a telephone-subscriber follow its first semicolon.
	user, _, _ = strings.Cut(user, ";")
	user, err := url.PathUnescape(user)
	if err != nil {
		return ""
	}
	return ivr.DialledNumber(user)
}
