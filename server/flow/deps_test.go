package flow

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// The same events must give the same call on every machine and at any time, so that
// a transcript is worth reading. Of package card the machine knows the words only:
// it can neither make a vault nor look into one.
func TestDeps(t *testing.T) {
	allowed := map[string]bool{
		"time":                   true, // durations
		"tsunagi/server":         true,
		"tsunagi/server/card":    true,
		"tsunagi/shared/message": true,
	}
	words := map[string]bool{
		"Field": true, "CardNumber": true, "Expiry": true, "SecurityCode": true,
		"Finding": true, "Incomplete": true, "Valid": true, "Nothing": true, "Zero": true,
		"TooShort": true, "TooLong": true, "CheckDigit": true, "BrandUnknown": true,
		"BrandRefused": true, "NoSuchMonth": true, "Expired": true, "Brand": true,
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
				t.Errorf("%s imports %s: the machine decides and does nothing else", name, path)
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt, *ast.ChanType, *ast.SelectStmt:
				t.Errorf("%s: no goroutine and no channel in the machine", name)
			case *ast.SelectorExpr:
				pkg, ok := n.X.(*ast.Ident)
				switch {
				case !ok:
				case pkg.Name == "time" && n.Sel.Name != "Duration" && n.Sel.Name != "Second":
					t.Errorf("%s uses time.%s: time comes in as events", name, n.Sel.Name)
				case pkg.Name == "card" && !words[n.Sel.Name]:
					t.Errorf("%s uses card.%s: digits do not pass", name, n.Sel.Name)
				}
			}
			return true
		})
	}
}
