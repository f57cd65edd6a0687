package ws_test

import (
	"go/build"
	"strings"
	"testing"
)

// TestDeps lists what the package may import beside the standard library. What it
// serves comes through identity, board and the Calls interface; never from the
// calls themselves, the store or the telephone.
func TestDeps(t *testing.T) {
	allowed := map[string]bool{
		"tsunagi/server": true, "tsunagi/server/board": true, "tsunagi/server/identity": true,
		"tsunagi/shared/link": true, "tsunagi/shared/message": true, "tsunagi/shared/order": true, "tsunagi/shared/wire": true,
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
