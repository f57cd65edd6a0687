package faults

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// What a run is made of; 'make faults' wants more of each.
var (
	seed  = flag.Uint64("seed", 1, "of the first site; the next ones count on")
	sites = flag.Int("sites", 2, "servers at once")
	lives = flag.Int("lives", 3, "of each server; its operators take a call each in every one")
)

// operators of a site; each takes one call in each life.
const operators = 4

// program is the server under test.
var program string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	dir, err := os.MkdirTemp("", "tsunagid-faults-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "tsunagid")
	build := exec.Command("go", "build", "-o", program, "tsunagi/server/cmd/tsunagid")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the server: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}
