package pbx

import (
	"testing"

	"tsunagi/server/e2e/site"
)

func TestCallThroughThePBXIsPaidWithKeysAsRTPEvents(t *testing.T) {
	t.Parallel()
	f := newOffice(t)
	l := f.operator.call(site.Number)
	f.sendOrder(l, "T-1")
	f.pay(l)
	f.paid("T-1")
}
