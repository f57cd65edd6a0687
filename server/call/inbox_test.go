package call

import (
	"testing"

	"tsunagi/server/flow"
)

// More keys than a person presses are lost; what ends the call is not.
func TestInboxBoundsKeys(t *testing.T) {
	b := newInbox()
	taken := 0
	for b.put(key{'5'}) {
		taken++
	}
	if taken != keysWaiting || b.put(passedKey{'5'}) || !b.put(flow.HungUp{}) {
		t.Fatalf("%d keys were taken, want %d and no more, and the end", taken, keysWaiting)
	}
	for range keysWaiting {
		<-b.ready
		if item, ok := b.next(); !ok || item != any(key{'5'}) {
			t.Fatalf("got %v, %v", item, ok)
		}
	}
	<-b.ready
	if item, ok := b.next(); !ok || item != any(flow.HungUp{}) {
		t.Errorf("got %v, %v, want the end", item, ok)
	}
	if item, ok := b.next(); ok || !b.put(key{'5'}) {
		t.Errorf("got %v from an empty inbox, or it takes no key", item)
	}
	b.close()
	if b.put(flow.HungUp{}) {
		t.Error("a closed inbox takes something")
	}
}
