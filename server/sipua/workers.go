package sipua

import (
	"sync"
	"sync/atomic"
)

// IdleGoroutines is how many goroutines of an endpoint wait for a next leg, at the most.
const IdleGoroutines = 64

// workers run what legs and requests run. A new goroutine has a small stack, which a call
// grows by copying it two or three times; where calls come one after another, each finds a
// goroutine that has grown.
type workers struct {
	next chan func() // to one that is idle
	quit <-chan struct{}
	idle atomic.Int32

	mu     sync.Mutex
	closed bool
	all    sync.WaitGroup
}

func newWorkers(quit <-chan struct{}) *workers {
	return &workers{next: make(chan func()), quit: quit}
}

// run has f run at once, by whoever is idle or by one more. It reports false, and f does
// not run, once wait has been called.
func (w *workers) run(f func()) bool {
	select {
	case w.next <- f:
		return true
	default:
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return false
	}
	w.all.Go(func() { w.work(f) })
	return true
}

// wait returns when, after quit, all are gone.
func (w *workers) wait() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.all.Wait()
}

func (w *workers) work(f func()) {
	for f != nil {
		f()
		f = w.another()
	}
}

// another waits for something to do; nil where enough others wait, or after quit.
func (w *workers) another() func() {
	defer w.idle.Add(-1)
	if w.idle.Add(1) > IdleGoroutines {
		return nil
	}
	select {
	case f := <-w.next:
		return f
	case <-w.quit:
		return nil
	}
}
