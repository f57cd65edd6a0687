package identity_test

import (
	"testing"

	"tsunagi/shared/deptest"
)

// TestDeps lists what the package may import beside the standard library. It is
// used by ws and by commands, and reaches its store through an interface.
func TestDeps(t *testing.T) {
	deptest.Check(t, deptest.Rule{
		Why:   "an adapter knows the domain, what is written down of its deeds, and no sibling",
		Allow: []string{deptest.Std, "tsunagi/server", "tsunagi/server/audit", "tsunagi/shared/message", "tsunagi/shared/wire", "golang.org/x/crypto/argon2", "github.com/pquerna/otp", "github.com/pquerna/otp/..."},
	})
}
