package sipua

import (
	"sync"
	"sync/atomic"
)

// IdleGoroutines is how many goroutines of an endpoint wait for a next leg, at the most.
const IdleGoroutines = 64

// workers run what legs run. A new goroutine has a small stack, which a call grows by
// copying it two or three times; where calls come one after another, each finds a
// goroutine that has grown.
type workers struct {
	next chan func() // to one that is idle
	quit <-chan struct{}
	idle atomic.Int32
	all  sync.WaitGroup
}

func newWorkers(quit <-chan struct{}) *workers {
	return &workers{next: make(chan func()), quit: quit}
}

// run has f run at once, by whoever is idle or by one more. The caller sees to it that it
// is not called once wait has been.
func (w *workers) run(f func()) {
	select {
	case w.next <- f:
	default:
		w.all.Go(func() { w.work(f) })
	}
}

// wait returns when, after quit, all are gone.
func (w *workers) wait() { w.all.Wait() }

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
