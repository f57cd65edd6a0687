package ws_test

import (
	"testing"

	"tsunagi/shared/deptest"
)

// TestDeps lists what the package may import beside the standard library. What it
// serves comes through identity, board and the Calls interface; never from the
// calls themselves, the store or the telephone.
func TestDeps(t *testing.T) {
	deptest.Check(t, deptest.Rule{
		Why: "calls come in through an interface",
		Allow: []string{
			deptest.Std, "tsunagi/server", "tsunagi/server/audit", "tsunagi/server/board", "tsunagi/server/identity",
			"tsunagi/shared/link", "tsunagi/shared/message", "tsunagi/shared/order", "tsunagi/shared/wire",
		},
	})
}
