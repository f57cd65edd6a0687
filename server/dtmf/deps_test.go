package dtmf_test

import (
	"testing"

	"tsunagi/shared/deptest"
)

// TestDeps holds the rule of the pure packages: what a key is depends on the packets
// alone, so that a test can replay any of them.
func TestDeps(t *testing.T) {
	deptest.Check(t, deptest.Rule{
		Why: "the standard library is enough here", Allow: []string{deptest.Std}, Pure: true,
		Forbid: map[string]string{
			"net":          "packets are handed in",
			"os":           "nothing is read from the machine",
			"database/sql": "nothing is stored here",
			"log":          "keys are card digits",
			"log/slog":     "keys are card digits",
			"math/rand":    "the same packets give the same keys",
			"math/rand/v2": "the same packets give the same keys",
			"sync":         "a detector belongs to one goroutine",
		},
	})
}
