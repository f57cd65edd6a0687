package message

import (
	"testing"

	"tsunagi/shared/deptest"
)

// Words need nothing from anywhere.
func TestDeps(t *testing.T) {
	deptest.Check(t, deptest.Rule{
		Why: "this package is words alone",
	})
}
