package scrub

import (
	"testing"

	"tsunagi/shared/deptest"
)

// It stands before the log, so it may not use one.
func TestDeps(t *testing.T) {
	deptest.Check(t, deptest.Rule{Why: "this package is pure", Pure: true, Allow: []string{"io"}})
}
