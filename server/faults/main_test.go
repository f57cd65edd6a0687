package faults

import (
	"flag"
	"os"
	"testing"

	lab "tsunagi/server/e2e/site"
)

// What a run is made of; 'make faults' wants more of each.
var (
	seed  = flag.Uint64("seed", 1, "of the first site; the next ones count on")
	sites = flag.Int("sites", 2, "servers at once")
	lives = flag.Int("lives", 3, "of each server; its operators take a call each in every one")
)

// operators of a site; each takes one call in each life.
const operators = 4

// The server is built without the race detector, which is too slow for the moments at which
// it is to die.
func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(lab.MainOf(m))
}
