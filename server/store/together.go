package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"math"
	"slices"
	"sync"
	"time"
)

// How long after one commit the next begins. A commit, with its wait for the disk, costs
// more than all that a hundred calls write meanwhile, and so the more is written, the more
// is gathered for one. While little is written nobody waits for others, and never anybody
// so long that it would be felt, between a key and the next prompt or on a screen.
const (
	apartForEach = 3 * time.Millisecond // that was written within the last second,
	atOnce       = 25                   // but for these
	apartAtMost  = 100 * time.Millisecond
)

// errClosed says that the store has been closed.
var errClosed = errors.New("the database is closed")

// together lets changes that are made at about the same time share one transaction, and
// so one wait for the disk. One goroutine commits, for as long as the store is open: its
// stack grows for SQLite once, and not that of each call.
type together struct {
	called chan struct{} // somebody waits; closed when nobody will any more
	gone   chan struct{} // closed when the goroutine has ended

	mu      sync.Mutex
	closed  bool
	waiting []*written
	began   time.Time // the last commit
	lately  float64   // changes within the last second, the old ones fading away
	came    time.Time // the last of them
}

func newTogether() *together {
	return &together{called: make(chan struct{}, 1), gone: make(chan struct{})}
}

// close lets no more changes in and returns when those that wait are committed.
func (t *together) close() {
	t.mu.Lock()
	if !t.closed {
		t.closed = true
		close(t.called)
	}
	t.mu.Unlock()
	<-t.gone
}

// written is a change on its way.
type written struct {
	do   func(*writing) error
	err  error
	done chan struct{} // closed when it is committed, or is not going to be
}

// put runs a single statement jointly with others.
func (s *Store) put(ctx context.Context, query string, args ...any) (result driver.Result, err error) {
	err = s.jointly(ctx, func(w *writing) (err error) {
		result, err = w.exec(query, args...)
		return err
	})
	return result, err
}

// jointly makes a change in a transaction with those of others, and returns when it is
// committed. Where do fails, nothing that it has done happens, and what the others do
// happens all the same; do may run a second time for that. ctx can end the wait for others,
// and not what has begun.
func (s *Store) jointly(ctx context.Context, do func(*writing) error) error {
	t := s.together
	own := &written{done: make(chan struct{}), do: func(w *writing) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return do(w)
	}}
	if !t.add(own) {
		return errClosed
	}
	select {
	case <-own.done:
	case <-ctx.Done():
		if t.giveUp(own) {
			return ctx.Err()
		}
		<-own.done
	}
	return own.err
}

// add lets a change wait; it tells whether there still is somebody to commit it.
func (t *together) add(own *written) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return false
	}
	now := time.Now()
	t.lately = 1 + t.lately*math.Exp(-now.Sub(t.came).Seconds())
	t.came = now
	t.waiting = append(t.waiting, own)
	select {
	case t.called <- struct{}{}:
	default: // it was called already
	}
	return true
}

// giveUp takes a change back that has not begun.
func (t *together) giveUp(own *written) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := slices.Index(t.waiting, own)
	if i >= 0 {
		t.waiting = slices.Delete(t.waiting, i, i+1)
	}
	return i >= 0
}

// lead gathers and commits until the store is closed and nobody waits.
func (s *Store) lead() {
	t := s.together
	defer close(t.gone)
	for range t.called {
		time.Sleep(t.apart())
		batch := t.next()
		if len(batch) == 0 {
			continue // all have given up
		}
		s.commit(batch)
		for _, w := range batch {
			close(w.done)
		}
	}
}

// apart is how long it is until the next commit should begin.
func (t *together) apart() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	spacing := time.Duration((t.lately - atOnce) * float64(apartForEach))
	return min(max(spacing, 0), apartAtMost) - time.Since(t.began)
}

// next is who waits.
func (t *together) next() []*written {
	t.mu.Lock()
	defer t.mu.Unlock()
	select {
	case <-t.called: // since then
	default:
	}
	batch := t.waiting
	t.waiting = nil
	t.began = time.Now()
	return batch
}

// commit makes the changes of a batch, together where that can be, and else each by
// itself: one that has failed halfway is undone with all others.
func (s *Store) commit(batch []*written) {
	err := s.transact(batch)
	switch {
	case errors.Is(err, errHalfDone) && len(batch) > 1:
		for i := range batch {
			s.commit(batch[i : i+1])
		}
	case err != nil && !errors.Is(err, errHalfDone):
		for _, w := range batch {
			w.err = errors.Join(w.err, err)
		}
	}
}
