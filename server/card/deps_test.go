package card

import (
	"testing"

	"tsunagi/shared/deptest"
)

// What a card is does not depend on the machine or the moment, and digits go nowhere
// from here: nothing that could store, send or log is within reach.
func TestDeps(t *testing.T) {
	deptest.Check(t, deptest.Rule{
		Why: "this package is pure", Pure: true,
		Allow: []string{
			"errors", "slices",
			"fmt", "io", "log/slog", // print.go: what a vault shows instead of digits
			"sync", // a vault is wiped while another goroutine may read it
			"time", // the month of a given moment
		},
		OnlyIn: map[string]string{"fmt": "print.go", "io": "print.go", "log/slog": "print.go"},
	})
}
