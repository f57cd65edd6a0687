package dtmf

import (
	"fmt"
	"io"
)

// Key is one key of a telephone: '0' to '9', '*', '#' or 'A' to 'D'. The zero Key is
// none of them. Compare it with constants and convert it with byte(k); printing or
// marshalling it gives the word "key" whatever the verb, so that no log line holds a
// card digit by accident. (fmt calls no method on an unexported field: do not print
// structs that hide a Key.)
//
// It is wider than a byte because fmt and slog print any slice of bytes as text
// without asking the elements.
type Key uint16

// The two keys that are not digits on every telephone.
const (
	Star  Key = '*'
	Pound Key = '#'
)

// events holds the keys in the order of their event codes, RFC 4733 section 3.2.
const events = "0123456789*#ABCD"

// redacted is all that a Key ever prints.
const redacted = "key"

// ParseKey returns the key that c stands for.
func ParseKey(c byte) (Key, bool) {
	k := Key(c)
	_, ok := k.event()
	return k, ok
}

// IsDigit reports whether k is one of '0' to '9'.
func (k Key) IsDigit() bool { return k >= '0' && k <= '9' }

// String returns "key", never the key.
func (k Key) String() string { return redacted }

// GoString returns "key", never the key.
func (k Key) GoString() string { return redacted }

// Format writes "key" for every verb, %d and %c too.
func (k Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// MarshalText returns "key", so that log handlers that marshal instead of printing
// do not show it either.
func (k Key) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// event returns the event code of k.
func (k Key) event() (uint8, bool) {
	for i := range len(events) {
		if Key(events[i]) == k {
			return uint8(i), true
		}
	}
	return 0, false
}
