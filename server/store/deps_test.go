package store

import (
	"testing"

	"tsunagi/shared/deptest"
)

// An adapter knows the domain and no sibling: identity, payment and call declare
// what they want of a store themselves.
func TestDeps(t *testing.T) {
	deptest.Check(t, deptest.Rule{
		Why: "an adapter knows the domain and no sibling",
		Allow: []string{
			deptest.Std, "tsunagi/server", "tsunagi/shared/order", "tsunagi/shared/message",
			"modernc.org/...", "github.com/pressly/goose/...", "github.com/gofrs/flock", "golang.org/x/sys/...",
		},
	})
}
