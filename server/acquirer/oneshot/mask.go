package oneshot

// Mask overwrites with asterisks, where it stands, every occurrence of a secret's
// digits in a text, also with single spaces, hyphens or dots between them. An answer
// that echoes what was sent is masked before a decoder makes strings of it.
func Mask(text, secret []byte) {
	if len(secret) == 0 {
		return
	}
	for at := range text {
		if end, ok := matches(text[at:], secret); ok {
			for n := range text[at : at+end] {
				if c := text[at+n]; c >= '0' && c <= '9' {
					text[at+n] = '*'
				}
			}
		}
	}
}

// matches tells whether text begins with the secret, and how long it is there.
func matches(text, secret []byte) (end int, ok bool) {
	for n, c := range text {
		if c == secret[0] {
			if secret = secret[1:]; len(secret) == 0 {
				return n + 1, true
			}
			continue
		}
		if separates := c == ' ' || c == '-' || c == '.'; !separates || n == 0 || text[n-1] < '0' || text[n-1] > '9' {
			return 0, false
		}
	}
	return 0, false
}
