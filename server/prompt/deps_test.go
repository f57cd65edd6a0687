package prompt

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// What is said must not depend on the machine or the hour: recordings come from
// the program or from the fs.FS that is handed in. So the package sees no files,
// no network and no clock of its own, and of ours only sound and amounts.
func TestDeps(t *testing.T) {
	allowed := map[string]bool{
		"embed": true, "errors": true, "fmt": true, "hash/maphash": true, "io/fs": true, "maps": true, "path": true,
		"slices": true, "strconv": true, "strings": true, "sync": true, "time": true,
		"tsunagi/server/audio": true, "tsunagi/shared/order": true,
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
			if path, _ := strconv.Unquote(spec.Path.Value); !allowed[path] {
				t.Errorf("%s imports %s: this package is pure", name, path)
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				t.Errorf("%s starts a goroutine: this package is pure", name)
			case *ast.SelectorExpr:
				if pkg, ok := n.X.(*ast.Ident); ok && pkg.Name == "time" && (n.Sel.Name == "Now" || n.Sel.Name == "Sleep") {
					t.Errorf("%s calls time.%s: this package is pure", name, n.Sel.Name)
				}
			}
			return true
		})
	}
}
