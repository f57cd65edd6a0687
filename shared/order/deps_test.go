package order

import (
	"testing"

	"tsunagi/shared/deptest"
)

// The rules of an order are the same at any time and in both programs: the package
// may neither look around nor wait.
func TestDeps(t *testing.T) {
	deptest.Check(t, deptest.Rule{
		Why: "the rules are the same at any time and in both programs", Pure: true,
		Allow: []string{"slices", "strconv", "strings"},
	})
}
