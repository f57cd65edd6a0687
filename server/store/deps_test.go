package store

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// An adapter knows the domain and no sibling: identity, payment and call declare
// what they want of a store themselves.
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
			path, _ := strconv.Unquote(spec.Path.Value)
			if strings.HasPrefix(path, "tsunagi/server/") || path == "tsunagi/shared/wire" || path == "tsunagi/shared/link" {
				t.Errorf("%s imports %s", name, path)
			}
		}
	}
}
