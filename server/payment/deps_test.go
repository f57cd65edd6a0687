package payment

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// The money rules must not depend on who answers, where it is written down or how a
// card is kept: those come in through Acquirer, Journal and Card.
func TestDeps(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("list the package: %d files, %v", len(files), err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range file.Imports {
			path, _ := strconv.Unquote(spec.Path.Value)
			switch {
			case path == "tsunagi/server", strings.HasPrefix(path, "tsunagi/shared/"):
			case strings.HasPrefix(path, "tsunagi/"):
				t.Errorf("%s imports %s: adapters are joined in cmd", name, path)
			case path == "net", path == "net/http", path == "os", path == "database/sql", path == "encoding/json":
				t.Errorf("%s imports %s: this package speaks to nobody itself", name, path)
			}
		}
	}
}
