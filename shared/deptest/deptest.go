// Package deptest holds the rules of who may import whom as tests: a guarded package
// has one TestDeps that states its Rule, and fails with the reason when a file breaks
// it. It serves tests only and reads nothing but the package's own source.
package deptest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Std in Rule.Allow stands for the whole standard library.
const Std = "std"

// Rule is what the files of one package may use. Test files are free.
type Rule struct {
	Why    string            // said of every import that is not allowed
	Allow  []string          // import paths, Std, or a prefix that ends in "/..."
	Forbid map[string]string // import paths out of those allowed, each with its reason
	OnlyIn map[string]string // import paths that one file alone may have
	Pure   bool              // starts no goroutine and asks no clock
	Names  map[string][]string
	// Names: of these packages nothing but these names may be used.
}

// clock are the functions of package time that tell or wait for the time.
var clock = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}

// Check fails the test for everything in the package of the current folder that
// breaks the rule.
func Check(t *testing.T, r Rule) {
	t.Helper()
	for _, fault := range Faults(t, ".", r) {
		t.Error(fault)
	}
}

// Faults lists what breaks the rule in the package of a folder.
func Faults(t *testing.T, folder string, r Rule) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("list the package: %d files, %v", len(files), err)
	}
	var faults []string
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(path)
		say := func(what string) { faults = append(faults, name+" "+what) }
		for _, spec := range file.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value) // the parser has read it
			r.checkImport(name, imported, say)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			r.checkNode(n, say)
			return true
		})
	}
	return faults
}

func (r Rule) checkImport(file, path string, say func(string)) {
	if reason, forbidden := r.Forbid[path]; forbidden {
		say("imports " + path + ": " + reason)
	} else if !r.allows(path) {
		say("imports " + path + ": " + r.Why)
	}
	if only, bound := r.OnlyIn[path]; bound && file != only {
		say("imports " + path + ", which belongs into " + only)
	}
}

func (r Rule) allows(path string) bool {
	return slices.ContainsFunc(r.Allow, func(allowed string) bool {
		prefix, wild := strings.CutSuffix(allowed, "...")
		return path == allowed || wild && strings.HasPrefix(path, prefix) ||
			allowed == Std && !strings.Contains(path, ".") && !strings.HasPrefix(path, "tsunagi/")
	})
}

func (r Rule) checkNode(n ast.Node, say func(string)) {
	switch n := n.(type) {
	case *ast.GoStmt:
		if r.Pure {
			say("starts a goroutine: this package is pure")
		}
	case *ast.SelectorExpr:
		pkg, ok := n.X.(*ast.Ident)
		if !ok {
			return
		}
		if r.Pure && pkg.Name == "time" && slices.Contains(clock, n.Sel.Name) {
			say("uses time." + n.Sel.Name + ": time comes in from outside")
		}
		if names, bound := r.Names[pkg.Name]; bound && !slices.Contains(names, n.Sel.Name) {
			say("uses " + pkg.Name + "." + n.Sel.Name + ": " + r.Why)
		}
	}
}
