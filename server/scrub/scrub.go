package scrub

import "io"

// The lengths of what is taken for a card number (ISO/IEC 7812-1).
const (
	shortest = 13
	longest  = 19
)

// mask takes the place of each digit.
const mask = '*'

// shape is that of our IDs, UUIDs in small letters; x is a hexadecimal digit.
const shape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"

// Text masks card numbers where they stand and tells whether there was one. The
// text keeps its length.
func Text(text []byte) (found bool) {
	if !long(text) {
		return false
	}
	from := 0
	for at := 0; at+len(shape) <= len(text); {
		if !isID(text, at) {
			at++
			continue
		}
		found = span(text[from:at]) || found
		at += len(shape)
		from = at
	}
	return span(text[from:]) || found
}

// long tells whether a number as long as a card's stands somewhere, perhaps in an ID.
// Most of what a log says has none, and is looked at by this alone.
func long(text []byte) bool {
	digits := 0
	for at, c := range text {
		switch {
		case isDigit(c):
			if digits++; digits >= shortest {
				return true
			}
		case digits > 0 && separates(c) && isDigit(text[at-1]):
		default:
			digits = 0
		}
	}
	return false
}

// isID tells whether an ID stands at a place, and is not a part of a longer word.
func isID(text []byte, at int) bool {
	end := at + len(shape)
	if at > 0 && isWord(text[at-1]) || end < len(text) && isWord(text[end]) {
		return false
	}
	for n, c := range text[at:end] {
		switch {
		case shape[n] == '-' && c == '-':
		case shape[n] == 'x' && (isDigit(c) || c >= 'a' && c <= 'f'):
		default:
			return false
		}
	}
	return true
}

// String is Text for a string.
func String(text string) string {
	b := []byte(text)
	if !Text(b) {
		return text
	}
	return string(b)
}

// span masks in a text without IDs.
func span(text []byte) (found bool) {
	for at := 0; at < len(text); {
		digits, end := run(text, at)
		if len(digits) == 0 {
			at++
			continue
		}
		found = maskRun(text, digits) || found
		at = end
	}
	return found
}

// run is where the digits of a number that begins at a place stand, single separators
// between them left out, and where it ends.
func run(text []byte, at int) (digits []int, end int) {
	for end = at; end < len(text); end++ {
		switch c := text[end]; {
		case c >= '0' && c <= '9':
			digits = append(digits, end)
		case len(digits) > 0 && separates(c) && isDigit(text[end-1]) && end+1 < len(text) && isDigit(text[end+1]):
		default:
			return digits, end
		}
	}
	return digits, end
}

func separates(c byte) bool { return c == ' ' || c == '-' || c == '.' || c == '_' }
func isDigit(c byte) bool   { return c >= '0' && c <= '9' }

func isWord(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
}

// maskRun masks every stretch of digits that may be a card number.
func maskRun(text []byte, digits []int) (found bool) {
	values := make([]byte, len(digits))
	for n, at := range digits {
		values[n] = text[at] - '0'
	}
	defer clear(values)
	for from := range values {
		for length := shortest; length <= longest && from+length <= len(values); length++ {
			if luhn(values[from : from+length]) {
				found = true
				for _, at := range digits[from : from+length] {
					text[at] = mask
				}
			}
		}
	}
	return found
}

// luhn tells whether the last digit is the check digit of the others.
func luhn(values []byte) bool {
	sum := 0
	for n := range values {
		d := int(values[len(values)-1-n])
		if n%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// Writer masks what is written on its way to another writer. Each write must be whole,
// as a log's records are.
func Writer(to io.Writer) io.Writer { return writer{to} }

type writer struct{ to io.Writer }

func (w writer) Write(p []byte) (int, error) {
	if !long(p) {
		return w.to.Write(p)
	}
	masked := append(make([]byte, 0, len(p)), p...) // a Writer may not change what it is given
	Text(masked)
	return w.to.Write(masked)
}
