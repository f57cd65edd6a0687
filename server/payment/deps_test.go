package payment

import (
	"testing"

	"tsunagi/shared/deptest"
)

// The money rules must not depend on who answers, where it is written down or how a
// card is kept: those come in through Acquirer, Journal and Card.
func TestDeps(t *testing.T) {
	deptest.Check(t, deptest.Rule{
		Why: "adapters are joined in cmd", Allow: []string{deptest.Std, "tsunagi/server", "tsunagi/shared/...", "github.com/google/uuid"},
		Forbid: map[string]string{
			"net": "this package speaks to nobody itself", "net/http": "this package speaks to nobody itself",
			"os": "this package speaks to nobody itself", "database/sql": "the journal comes in", "encoding/json": "the journal comes in",
		},
	})
}
