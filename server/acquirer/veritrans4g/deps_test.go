package veritrans4g

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// The adapter knows the payment's words, and a library for its file of secrets. It
// may not know the simulated gateway: what the two agreed on would prove nothing. It
// has no log: what must not be logged cannot be.
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
			switch path, _ := strconv.Unquote(spec.Path.Value); {
			case path == "tsunagi/server", path == "tsunagi/server/payment", path == "tsunagi/shared/order":
			case path == "github.com/pelletier/go-toml/v2":
			case strings.Contains(path, "."), strings.HasPrefix(path, "tsunagi/"):
				t.Errorf("%s imports %s", name, path)
			case path == "log", path == "log/slog", path == "database/sql":
				t.Errorf("%s imports %s: neither a log nor a database may be in reach of a card", name, path)
			}
		}
	}
}
