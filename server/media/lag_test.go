package media

import (
	"testing"
	"time"
)

// Behaviour 18: who admits calls can see that those in progress cannot keep their pace,
// and soon afterwards that they can again.
func TestLagTellsOfOverload(t *testing.T) {
	r := newRig(t, Config{})
	r.start(&recorder{}, agreed())
	r.pass(time.Second)
	if lag := r.Lag(); lag > time.Millisecond {
		t.Errorf("lag %s of a loop that is on time", lag)
	}
	for range 100 {
		r.stall(30 * time.Millisecond)
	}
	if lag := r.Lag(); lag < 10*time.Millisecond {
		t.Errorf("lag %s of a loop that is 29 ms late at each step", lag)
	}
	r.pass(time.Second)
	if lag := r.Lag(); lag > time.Millisecond {
		t.Errorf("lag %s a second after the overload", lag)
	}
}
