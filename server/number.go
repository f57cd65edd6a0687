package ivr

import "strings"

// longestNumber bounds a telephone number as it may be written.
const longestNumber = 32

// DialledNumber is a telephone number the way it is dialled in Japan: of
// +81-50-1234-5678 and 050-1234-5678 alike it makes 05012345678. A number of another
// country keeps its plus. Anything else gives an empty string.
func DialledNumber(written string) string {
	if len(written) > longestNumber {
		return ""
	}
	var digits strings.Builder
	for i, c := range written {
		switch {
		case c == '+' && i == 0, '0' <= c && c <= '9':
			digits.WriteRune(c)
		case strings.ContainsRune("-.() ", c): // RFC 3966 5.1.1: visual separators
		default:
			return ""
		}
	}
	number := digits.String()
	if rest, ok := strings.CutPrefix(number, "+81"); ok && rest != "" {
		return "0" + strings.TrimPrefix(rest, "0")
	}
	if number == "+" {
		return ""
	}
	return number
}
