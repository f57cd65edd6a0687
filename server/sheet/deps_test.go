package sheet_test

import (
	"testing"

	"tsunagi/shared/deptest"
)

func TestDeps(t *testing.T) {
	deptest.Check(t, deptest.Rule{Why: "it knows none of the tables", Allow: []string{deptest.Std}, Pure: true})
}
