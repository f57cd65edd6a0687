package oneshot

import (
	"testing"

	"tsunagi/shared/deptest"
)

// It has a card's bytes in its hands: no log and no database may be within reach, and
// nothing of ours, so that it can stay what it is.
func TestDeps(t *testing.T) {
	deptest.Check(t, deptest.Rule{
		Why:   "neither a log nor a database may be in reach of a card",
		Allow: []string{deptest.Std},
		Forbid: map[string]string{
			"log": "no log in reach of a card", "log/slog": "no log in reach of a card", "database/sql": "no database in reach of a card",
		},
	})
}
