package veritrans4g

import (
	"testing"

	"tsunagi/shared/deptest"
)

// The adapter knows the payment's words, and a library for its file of secrets. It
// may not know the simulated gateway: what the two agreed on would prove nothing. It
// has no log: what must not be logged cannot be.
func TestDeps(t *testing.T) {
	deptest.Check(t, deptest.Rule{
		Why: "neither a log nor a database may be in reach of a card",
		Allow: []string{
			deptest.Std, "tsunagi/server", "tsunagi/server/acquirer/oneshot", "tsunagi/server/payment", "tsunagi/shared/order", "github.com/pelletier/go-toml/v2",
		},
		Forbid: map[string]string{
			"log": "no log in reach of a card", "log/slog": "no log in reach of a card", "database/sql": "no database in reach of a card",
		},
	})
}
