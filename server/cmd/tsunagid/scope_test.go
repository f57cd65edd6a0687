package main

import (
	"os"
	"strings"
	"testing"
)

// What the program prints is what the documentation says.
func TestScopeStatement(t *testing.T) {
	text, err := os.ReadFile("../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, ok := strings.Cut(string(text), "<!-- scope:")
	_, after, ok2 := strings.Cut(after, "-->\n")
	statement, _, ok3 := strings.Cut(after, "<!-- end of scope -->")
	if !ok || !ok2 || !ok3 {
		t.Fatal("the documentation has no scope statement")
	}
	statement = strings.NewReplacer("\n> ", "", "> ", "", "\n", "").Replace(statement)
	printed, _, _ := strings.Cut(scope, "\n")
	if statement != printed {
		t.Errorf("the documentation says\n%s\nthe program prints\n%s", statement, printed)
	}
}
