package server

import (
	"math/rand/v2"
	"time"
)

const (
	backoffFirst = 250 * time.Millisecond
	backoffMost  = 5 * time.Second
	// A connection that lived this long was a good one: the next failure begins anew.
	backoffForgets = 10 * time.Second
)

// backoff counts failures in a row. The zero value has seen none.
type backoff struct{ failures int }

// next is how long to wait after one more failure: twice as long as before, up to
// backoffMost, less a random part of up to half.
func (b *backoff) next() time.Duration {
	wait := min(backoffFirst<<min(b.failures, 16), backoffMost)
	b.failures++
	return wait - rand.N(wait/2)
}
