package store

import (
	"database/sql/driver"
	"sync"
	"time"
)

// staysKnown is how long a value is given without a look at the database. What this
// Store writes is known at once; the limit is for whoever might write beside it, a
// command that adds a user, say.
const staysKnown = time.Second

// known keeps what each call asks for, so that a call costs no query. It holds what exists
// and nothing else, and so no more than the database. The zero known is ready.
type known[K comparable, V any] struct {
	mu        sync.Mutex
	writes    int // that have been forgotten for; a value that was read before one is not kept
	values    map[K]knownValue[V]
	confirmed time.Time // when all values were still as the database has them
}

type knownValue[V any] struct {
	value V
	at    time.Time
}

// get is the value of a key, by read where it is not known.
func (k *known[K, V]) get(key K, read func() (V, error)) (V, error) {
	now := time.Now()
	k.mu.Lock()
	kept, ok := k.values[key]
	writes, confirmed := k.writes, k.confirmed
	k.mu.Unlock()
	if ok && (now.Sub(kept.at) < staysKnown || now.Sub(confirmed) < staysKnown) {
		return kept.value, nil
	}
	value, err := read()
	if err != nil {
		return value, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.writes == writes {
		if k.values == nil {
			k.values = make(map[K]knownValue[V])
		}
		k.values[key] = knownValue[V]{value, now}
	}
	return value, nil
}

// forget is called when something may have been written.
func (k *known[K, V]) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.writes++
	clear(k.values)
}

// confirm says that nobody had written at a point in time since the values were read.
func (k *known[K, V]) confirm(at time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.confirmed = at
}

// others finds out whether anybody else writes to the database. One goroutine uses it.
type others struct {
	asked time.Time
	wrote driver.Value // SQLite's count of their commits
}

// heed asks, on the connection that writes, whether anybody else has written since it
// asked last, and then forgets what is known; else all of it stays known. Where calls
// come, and write, a known value so costs no query, however long ago it was read.
func (s *Store) heed(c *conn) {
	now := time.Now()
	if now.Sub(s.others.asked) < staysKnown/2 {
		return
	}
	var wrote [1]driver.Value
	if err := c.first("PRAGMA data_version", wrote[:]); err == nil && wrote[0] == s.others.wrote {
		s.byNumber.confirm(now)
		s.merchants.confirm(now)
	} else {
		s.byNumber.forget()
		s.merchants.forget()
	}
	s.others = others{now, wrote[0]}
}
