package deptest

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestEachRuleFindsItsFault(t *testing.T) {
	const source = `package p

import (
	"fmt"
	"net"
	"time"

	"example.org/x"
	"tsunagi/server/card"
)

func f() {
	go f()
	_ = time.Now()
	_ = time.Second
	_ = card.NewVault()
	_ = card.Valid
	fmt.Println(net.IP{}, x.Y)
}
`
	dir := t.TempDir()
	for name, text := range map[string]string{"p.go": source, "p_test.go": "package p\n\nimport _ \"os\"\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got := Faults(t, dir, Rule{
		Why:    "why",
		Allow:  []string{Std, "tsunagi/..."},
		Forbid: map[string]string{"net": "no network"},
		OnlyIn: map[string]string{"fmt": "print.go"},
		Pure:   true,
		Names:  map[string][]string{"card": {"Valid"}},
	})
	want := []string{
		"p.go imports fmt, which belongs into print.go",
		"p.go imports net: no network",
		"p.go imports example.org/x: why",
		"p.go starts a goroutine: this package is pure",
		"p.go uses time.Now: time comes in from outside",
		"p.go uses card.NewVault: why",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}
