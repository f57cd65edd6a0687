package order

import "strings"

// Narrow turns full-width letters, digits and signs (U+FF01 to U+FF5E, the
// ideographic space, and the dashes and bars an IME leaves for 「-」) into
// half-width ones and cuts spaces at both ends. Anything else stays as it is, to
// be refused by the field's own rule.
func Narrow(s string) string {
	narrow := func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case r == '　':
			return ' '
		case strings.ContainsRune("‐‑‒–—―−ー", r):
			return '-'
		}
		return r
	}
	return strings.TrimSpace(strings.Map(narrow, s))
}

// withoutSeparators drops the thousands separators of an amount that was pasted
// or formatted ("36,500").
func withoutSeparators(s string) string {
	return strings.ReplaceAll(s, ",", "")
}

// consistsOf tells whether s is made of half-width letters, digits and the signs.
func consistsOf(s, signs string) bool {
	for _, r := range s {
		letterOrDigit := r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9'
		if !letterOrDigit && !strings.ContainsRune(signs, r) {
			return false
		}
	}
	return true
}

// looksLikeCard tells whether s, without spaces and hyphens, is 13 to 19 digits
// that pass Luhn: a card number typed into the wrong field.
func looksLikeCard(s string) bool {
	sum, digits := 0, 0
	for i := len(s) - 1; i >= 0; i-- {
		c := s[i]
		if c == '-' || c == ' ' {
			continue
		}
		if c < '0' || c > '9' {
			return false
		}
		d := int(c - '0')
		if digits%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
		digits++
	}
	return digits >= 13 && digits <= 19 && sum%10 == 0
}
