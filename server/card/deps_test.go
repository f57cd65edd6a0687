package card

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// What a card is does not depend on the machine or the moment, and digits go nowhere
// from here: nothing that could store, send or log is within reach.
func TestDeps(t *testing.T) {
	allowed := map[string]bool{
		"errors": true, "slices": true,
		"fmt": true, "io": true, "log/slog": true, // print.go: what a vault shows instead of digits
		"sync": true, // a vault is wiped while another goroutine may read it
		"time": true, // the month of a given moment
	}
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("list the package: %d files, %v", len(files), err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range file.Imports {
			path, _ := strconv.Unquote(spec.Path.Value)
			if !allowed[path] {
				t.Errorf("%s imports %s: this package is pure", name, path)
			}
			if (path == "fmt" || path == "io" || path == "log/slog") && name != "print.go" {
				t.Errorf("%s imports %s: digits must not come near a printer", name, path)
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				t.Errorf("%s starts a goroutine: this package is pure", name)
			case *ast.SelectorExpr:
				if pkg, ok := n.X.(*ast.Ident); ok && pkg.Name == "time" && (n.Sel.Name == "Now" || n.Sel.Name == "Since") {
					t.Errorf("%s asks the clock: time comes in as Rules.Now", name)
				}
			}
			return true
		})
	}
}
