package identity_test

import (
	"go/build"
	"strings"
	"testing"
)

// TestDeps lists what the package may import beside the standard library. It is
// used by ws and by commands, and reaches its store through an interface.
func TestDeps(t *testing.T) {
	allowed := map[string]bool{
		"tsunagi/server": true, "tsunagi/shared/message": true, "tsunagi/shared/wire": true,
		"golang.org/x/crypto/argon2": true,
	}
	pkg, err := build.ImportDir(".", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range pkg.Imports {
		if (strings.Contains(path, ".") || strings.HasPrefix(path, "tsunagi/")) && !allowed[path] {
			t.Errorf("imports %s", path)
		}
	}
}
