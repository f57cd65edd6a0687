package prompt

import (
	"testing"

	"tsunagi/shared/deptest"
)

// What is said must not depend on the machine or the hour: recordings come from
// the program or from the fs.FS that is handed in. So the package sees no files,
// no network and no clock of its own, and of ours only sound and amounts.
func TestDeps(t *testing.T) {
	deptest.Check(t, deptest.Rule{
		Why: "this package is pure", Pure: true,
		Allow: []string{
			"embed", "errors", "fmt", "hash/maphash", "io/fs", "maps", "path", "slices", "strconv", "strings", "sync", "time",
			"tsunagi/server/audio", "tsunagi/shared/order",
		},
	})
}
