package card

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// lent are the names under which digits are lent (Use, payment.Card and what is called
// with them).
var lent = []string{"pan", "expiry", "code"}

// speakers are packages whose functions make text of what they are given.
var speakers = []string{"fmt", "log", "slog", "errors", "strconv", "json", "hex", "base64"}

// Security requirement C4: no code of the server makes a string of lent digits, or
// hands them to anything that prints or encodes. The telephone, which keys them, is
// held to it as well; tests are not.
func TestLentDigitsAreNotPrinted(t *testing.T) {
	files := token.NewFileSet()
	functions := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		n, found := printed(files, file)
		functions += n
		for _, f := range found {
			t.Error(f)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if functions < 5 {
		t.Errorf("only %d functions are lent digits: the check looks in the wrong place", functions)
	}
}

// The check itself can fail.
func TestPrintedDigitsAreFound(t *testing.T) {
	for name, body := range map[string]string{
		"a string":           `_ = string(pan)`,
		"a part of it":       `_ = string(pan[:6])`,
		"fmt":                `fmt.Println("x", code)`,
		"an error":           `return fmt.Errorf("%s", expiry)`,
		"a log":              `slog.Info("x", "pan", pan)`,
		"within a function":  `func() { _ = string(code) }()`,
		"encoded":            `_ = hex.EncodeToString(pan)`,
		"inside an append":   `_ = string(append([]byte("x"), pan...))`,
		"another conversion": `_ = Text(string(pan))`,
	} {
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, "x.go", "package x\nfunc f(pan, expiry, code []byte) error { "+body+"; return nil }", parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(name, err)
		}
		if n, found := printed(files, file); n != 1 || len(found) == 0 {
			t.Errorf("%s is overlooked", name)
		}
	}
}

// printed counts the functions that are lent digits and finds where these become text.
func printed(files *token.FileSet, file *ast.File) (functions int, found []string) {
	ast.Inspect(file, func(n ast.Node) bool {
		var parameters *ast.FieldList
		var body *ast.BlockStmt
		switch n := n.(type) {
		case *ast.FuncDecl:
			parameters, body = n.Type.Params, n.Body
		case *ast.FuncLit:
			parameters, body = n.Type.Params, n.Body
		}
		if names := bytesNamed(parameters); body != nil && len(names) > 0 {
			functions++
			ast.Inspect(body, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok && speaks(call.Fun) && mentions(call.Args, names) {
					found = append(found, files.Position(call.Pos()).String()+": text is made of a card's digits")
				}
				return true
			})
		}
		return true
	})
	return functions, found
}

// bytesNamed are the parameters of type []byte that have the name of a card's field.
func bytesNamed(parameters *ast.FieldList) (names []string) {
	if parameters == nil {
		return nil
	}
	for _, field := range parameters.List {
		array, ok := field.Type.(*ast.ArrayType)
		if !ok {
			continue
		}
		if element, ok := array.Elt.(*ast.Ident); !ok || element.Name != "byte" {
			continue
		}
		for _, name := range field.Names {
			if slices.Contains(lent, name.Name) {
				names = append(names, name.Name)
			}
		}
	}
	return names
}

func speaks(fun ast.Expr) bool {
	switch fun := fun.(type) {
	case *ast.Ident:
		return fun.Name == "string"
	case *ast.SelectorExpr:
		from, ok := fun.X.(*ast.Ident)
		return ok && slices.Contains(speakers, from.Name)
	}
	return false
}

func mentions(args []ast.Expr, names []string) (does bool) {
	for _, arg := range args {
		ast.Inspect(arg, func(n ast.Node) bool {
			// Its length may be told.
			if call, ok := n.(*ast.CallExpr); ok {
				if fun, ok := call.Fun.(*ast.Ident); ok && fun.Name == "len" {
					return false
				}
			}
			if name, ok := n.(*ast.Ident); ok && slices.Contains(names, name.Name) {
				does = true
			}
			return true
		})
	}
	return does
}
