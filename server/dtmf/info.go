package dtmf

import (
	"bytes"
	"errors"
	"strings"
	"time"
)

// The content types of SIP INFO bodies that report a key. Neither was ever made a
// standard; PBXs and telephones agree on them since RFC 2976.
const (
	ContentRelay  = "application/dtmf-relay" // lines "Signal=5", "Duration=160"
	ContentSignal = "application/dtmf"       // the key alone
)

// Errors of ParseInfo. They never tell what a body holds.
var (
	// ErrNotInfo: the content type is none that reports a key.
	ErrNotInfo = errors.New("not a content type of keys")

	// ErrMalformedInfo: the body does not say which key.
	ErrMalformedInfo = errors.New("malformed report of a key")

	// ErrNoKey: the body reports something else than a key, a hook flash.
	ErrNoKey = errors.New("report of no key")
)

// Info is the report of one press in the body of a SIP INFO request.
type Info struct {
	Key    Key
	Length time.Duration // how long the key was down, from 0, which is unknown, to 8 s
}

const (
	// longestInfo is as far as a Length is believed.
	longestInfo = 8 * time.Second

	// flash is the event code of a hook flash, RFC 2833 3.14, which some write as '!'.
	flash = 16
)

// ParseInfo reads the body of an INFO request. Content types are compared without
// their parameters and without regard to capitals. Both bodies are understood under
// both types, as senders mix them up; a key may be a character or an event code.
func ParseInfo(contentType string, body []byte) (Info, error) {
	contentType, _, _ = strings.Cut(contentType, ";")
	contentType = strings.TrimSpace(contentType)
	if !strings.EqualFold(contentType, ContentRelay) && !strings.EqualFold(contentType, ContentSignal) {
		return Info{}, ErrNotInfo
	}
	signal, length := bytes.TrimSpace(body), time.Duration(0)
	if bytes.IndexByte(body, '=') >= 0 {
		signal = nil
		for line := range bytes.FieldsFuncSeq(body, func(r rune) bool { return r == '\r' || r == '\n' }) {
			name, value, _ := bytes.Cut(line, []byte{'='})
			name, value = bytes.TrimSpace(name), bytes.TrimSpace(value)
			switch {
			case bytes.EqualFold(name, []byte("signal")):
				if signal != nil {
					return Info{}, ErrMalformedInfo // which of the two?
				}
				signal = value
			case bytes.EqualFold(name, []byte("duration")):
				length = infoLength(value)
			}
		}
	}
	key, err := infoKey(signal)
	if err != nil {
		return Info{}, err
	}
	return Info{Key: key, Length: length}, nil
}

// infoKey reads a key as a character or as its event code.
func infoKey(signal []byte) (Key, error) {
	if len(signal) == 1 {
		if signal[0] == '!' {
			return 0, ErrNoKey
		}
		if k, ok := ParseKey(bytes.ToUpper(signal)[0]); ok {
			return k, nil
		}
		return 0, ErrMalformedInfo
	}
	// Codes below 10 are the digits themselves, so only two figures are left.
	if len(signal) != 2 || signal[0] != '1' || signal[1] < '0' || signal[1] > '9' {
		return 0, ErrMalformedInfo
	}
	switch code := int(10 + signal[1] - '0'); {
	case code < len(events):
		return Key(events[code]), nil
	case code == flash:
		return 0, ErrNoKey
	default:
		return 0, ErrMalformedInfo
	}
}

// infoLength reads milliseconds; what cannot be a length is unknown.
func infoLength(value []byte) time.Duration {
	var ms time.Duration
	for _, c := range value {
		if c < '0' || c > '9' {
			return 0
		}
		ms = ms*10 + time.Duration(c-'0')
		if ms*time.Millisecond > longestInfo {
			return longestInfo
		}
	}
	return ms * time.Millisecond
}
