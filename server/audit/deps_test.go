package audit

import (
	"testing"

	"tsunagi/shared/deptest"
)

// Whoever does something worth a line imports this package, so it imports none of
// them; where lines are kept comes in through Book.
func TestDeps(t *testing.T) {
	deptest.Check(t, deptest.Rule{
		Why: "everybody who does something imports this", Allow: []string{deptest.Std, "tsunagi/server"},
	})
}
