package store

import (
	"sync"
	"time"
)

// staysKnown is how long a value is given without a look at the database. What this
// Store writes is known at once; the limit is for whoever might write beside it.
const staysKnown = time.Second

// known keeps what each call asks for, so that a call costs no query. It holds what exists
// and nothing else, and so no more than the database. The zero known is ready.
type known[K comparable, V any] struct {
	mu     sync.Mutex
	writes int // that have been forgotten for; a value that was read before one is not kept
	values map[K]knownValue[V]
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
	writes := k.writes
	k.mu.Unlock()
	if ok && now.Sub(kept.at) < staysKnown {
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
