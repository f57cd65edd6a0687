package audio

import (
	"testing"

	"tsunagi/shared/deptest"
)

// Sound is arithmetic: the same samples must come out on every machine and at
// any time, so the package may neither look around nor wait.
func TestDeps(t *testing.T) {
	deptest.Check(t, deptest.Rule{
		Why: "this package is pure", Pure: true,
		Allow: []string{"bytes", "encoding/binary", "errors", "fmt", "io", "math", "time"},
	})
}
