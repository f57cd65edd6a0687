package identity_test

import (
	"testing"

	"tsunagi/shared/deptest"
)

// TestDeps lists what the package may import beside the standard library. It is
// used by ws and by commands, and reaches its store through an interface.
func TestDeps(t *testing.T) {
	deptest.Check(t, deptest.Rule{
		Why:   "an adapter knows the domain and no sibling",
		Allow: []string{deptest.Std, "tsunagi/server", "tsunagi/shared/message", "tsunagi/shared/wire", "golang.org/x/crypto/argon2"},
	})
}
