package sdp_test

import (
	"testing"

	"tsunagi/shared/deptest"
)

// TestDeps holds the rule of the pure packages: what is agreed on depends on the bodies
// and on our side of the stream alone.
func TestDeps(t *testing.T) {
	deptest.Check(t, deptest.Rule{
		Why: "the standard library is enough here", Allow: []string{deptest.Std}, Pure: true,
		Forbid: map[string]string{
			"net":          "host names are not resolved here; net/netip is enough",
			"os":           "nothing is read from the machine",
			"database/sql": "nothing is stored here",
			"log":          "a refusal is returned as an error",
			"log/slog":     "a refusal is returned as an error",
			"math/rand":    "the session's number comes in",
			"math/rand/v2": "the session's number comes in",
			"sync":         "nothing is shared",
		},
	})
}
