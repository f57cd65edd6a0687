package gatewaysim

import (
	"testing"

	"tsunagi/shared/deptest"
)

// The simulated gateway reads the protocol by itself: of this house it knows nothing
// at all, lest it agree with the adapter about a mistake.
func TestDeps(t *testing.T) {
	deptest.Check(t, deptest.Rule{
		Why: "nothing of the adapter is shared, so that one mistake cannot hide in both", Allow: []string{deptest.Std},
	})
}
