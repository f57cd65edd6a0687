package board_test

import (
	"go/build"
	"strings"
	"testing"
)

// TestDeps lists what the package may import beside the standard library. It is
// published to and subscribed to, and knows neither side.
func TestDeps(t *testing.T) {
	allowed := map[string]bool{
		"tsunagi/server": true, "tsunagi/shared/message": true, "tsunagi/shared/wire": true,
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
