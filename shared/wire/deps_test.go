package wire

import (
	"testing"

	"tsunagi/shared/deptest"
)

// Both programs, and the generated TypeScript, are bound to these types: what the
// package imports, all of them import.
func TestDeps(t *testing.T) {
	deptest.Check(t, deptest.Rule{
		Why:    "messages know nothing of how they travel",
		Allow:  []string{"encoding/json", "tsunagi/shared/order", "strconv", "unicode/utf8"},
		OnlyIn: map[string]string{"strconv": "append.go", "unicode/utf8": "append.go"},
	})
}
