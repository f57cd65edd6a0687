package veritrans4g

import (
	"strings"
	"unicode"

	"tsunagi/server"
)

// A gateway may echo what it was sent into any field. So a value is kept only when
// it has the shape of what it should be, and no shape here has room for a card's
// number, expiry or code.

// maxMessage is how much of a message is kept, in characters.
const maxMessage = 200

// sentenceDigits is how many digits a message may have and keep: 「1口座…」 and
// 「3Dセキュア」 have one. The shortest secret, a security code, has three.
const sentenceDigits = 2

// messageShape is a message as it may be shown: printable, not endless, and without
// its digits where there are more than a sentence needs.
func messageShape(s string) string {
	digits, length := 0, 0
	for _, r := range s {
		if unicode.IsNumber(r) {
			digits++
		}
	}
	var shaped strings.Builder
	for _, r := range s {
		if length++; length > maxMessage {
			break
		}
		switch {
		case unicode.IsNumber(r) && digits > sentenceDigits:
			r = '*'
		case !unicode.IsPrint(r):
			r = ' '
		}
		shaped.WriteRune(r)
	}
	return strings.TrimSpace(shaped.String())
}

// codeShape is a result code (section 5): blocks of four capitals and digits, of
// which the first begins with a letter. Anything else is no code.
func codeShape(s string) string {
	if len(s) < 4 || len(s) > 16 || s[0] < 'A' || s[0] > 'Z' {
		return ""
	}
	for n := 0; n < len(s); n++ {
		capital, digit := s[n] >= 'A' && s[n] <= 'Z', s[n] >= '0' && s[n] <= '9'
		// Blocks after the first are a letter's too, or empty.
		empty := s[n] == '0' || n%4 != 0
		if !capital && !(digit && empty) {
			return ""
		}
	}
	return s
}

// authCodeShape is an approval code: six characters. A security code has fewer.
func authCodeShape(s string) string {
	if len(s) != 6 || !consistsOf(s, "") {
		return ""
	}
	return s
}

// txnShape is the gateway's name of a transaction: 6 to 40 letters and digits, and
// no card number.
func txnShape(s string) string {
	if len(s) < 6 || len(s) > 40 || !consistsOf(s, "-_") || holdsCardNumber(s) {
		return ""
	}
	return s
}

// holdsCardNumber tells whether the digits of s, signs and letters between them or
// not, have a run of 12 to 19 in them that passes Luhn.
func holdsCardNumber(s string) bool {
	digits := make([]byte, 0, len(s)) // wiped: it may be a card after all
	defer func() { clear(digits[:cap(digits)]) }()
	for n := 0; n < len(s); n++ {
		if s[n] >= '0' && s[n] <= '9' {
			digits = append(digits, s[n]-'0')
		}
	}
	for from := range digits {
		for length := 12; length <= 19 && from+length <= len(digits); length++ {
			if luhn(digits[from : from+length]) {
				return true
			}
		}
	}
	return false
}

func luhn(digits []byte) bool {
	sum := 0
	for n := range digits {
		d := int(digits[len(digits)-1-n])
		if n%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// attemptShape is the ID of an attempt of ours, a UUID; empty for anything else.
func attemptShape(s string) ivr.AttemptID {
	if !isUUID(s) {
		return ""
	}
	return ivr.AttemptID(s)
}

func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for n := 0; n < len(s); n++ {
		c := s[n]
		if hyphen := n == 8 || n == 13 || n == 18 || n == 23; hyphen {
			if c != '-' {
				return false
			}
		} else if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f') {
			return false
		}
	}
	return true
}
