package dtmf_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"
)

// TestDeps holds the rule of the pure packages: what a key is depends on the packets
// alone, so that a test can replay any of them.
func TestDeps(t *testing.T) {
	forbidden := map[string]string{
		"net":          "packets are handed in",
		"os":           "nothing is read from the machine",
		"database/sql": "nothing is stored here",
		"log":          "keys are card digits",
		"log/slog":     "keys are card digits",
		"math/rand":    "the same packets give the same keys",
		"math/rand/v2": "the same packets give the same keys",
		"sync":         "a detector belongs to one goroutine",
	}
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range files {
		name := entry.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, imported := range file.Imports {
			path, _ := strconv.Unquote(imported.Path.Value)
			if reason, bad := forbidden[path]; bad {
				t.Errorf("%s imports %s: %s", name, path, reason)
			}
			if strings.Contains(path, ".") || strings.HasPrefix(path, "tsunagi/") {
				t.Errorf("%s imports %s: the standard library is enough here", name, path)
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				t.Errorf("%s starts a goroutine", name)
			case *ast.SelectorExpr:
				if pkg, ok := n.X.(*ast.Ident); ok && pkg.Name == "time" && n.Sel.Name == "Now" {
					t.Errorf("%s asks the clock: time comes in as timestamps", name)
				}
			}
			return true
		})
	}
}
