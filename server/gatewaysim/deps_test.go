package gatewaysim

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// The simulated gateway reads the protocol by itself: of this house it knows nothing
// at all, lest it agree with the adapter about a mistake.
func TestDeps(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("list the package: %d files, %v", len(files), err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range file.Imports {
			if path, _ := strconv.Unquote(spec.Path.Value); strings.Contains(path, ".") || strings.HasPrefix(path, "tsunagi/") {
				t.Errorf("%s imports %s", name, path)
			}
		}
	}
}
