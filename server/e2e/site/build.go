package site

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
)

// Built by Main, and below its folder by Dumpable.
var (
	program  string // the server under test
	dumpable struct {
		once sync.Once
		path string
		err  error
	}
)

// Main builds the server with the race detector, runs the tests and returns their exit
// status. It is what a TestMain does.
func Main(m *testing.M) int { return MainOf(m, "-race") }

// MainOf is Main for a server that is built with these flags.
func MainOf(m *testing.M, flags ...string) int {
	dir, err := os.MkdirTemp("", "tsunagid-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "tsunagid")
	build := exec.Command("go", slices.Concat([]string{"build"}, flags, []string{"-o", program, "tsunagi/server/cmd/tsunagid"})...)
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the server: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// Dumpable builds the server as tests may look into its memory: without the race
// detector, whose shadow is huge, and without the lock against dumps.
func Dumpable(t *testing.T) string {
	t.Helper()
	dumpable.once.Do(func() {
		dumpable.path = program + "-dumpable"
		build := exec.Command("go", "build", "-tags", "dumpable", "-o", dumpable.path, "tsunagi/server/cmd/tsunagid")
		if out, err := build.CombinedOutput(); err != nil {
			dumpable.err = fmt.Errorf("build the server: %w\n%s", err, out)
		}
	})
	if dumpable.err != nil {
		t.Fatal(dumpable.err)
	}
	return dumpable.path
}
