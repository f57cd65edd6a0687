package sdp_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"
)

// TestDeps holds the rule of the pure packages: what is agreed on depends on the bodies
// and on our side of the stream alone.
func TestDeps(t *testing.T) {
	forbidden := map[string]string{
		"net":          "host names are not resolved here; net/netip is enough",
		"os":           "nothing is read from the machine",
		"database/sql": "nothing is stored here",
		"log":          "a refusal is returned as an error",
		"log/slog":     "a refusal is returned as an error",
		"math/rand":    "the session's number comes in",
		"math/rand/v2": "the session's number comes in",
		"sync":         "nothing is shared",
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
					t.Errorf("%s asks the clock: versions are counted by the caller", name)
				}
			}
			return true
		})
	}
}
