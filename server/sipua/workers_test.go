package sipua

import (
	"testing"
	"testing/synctest"
)

// Whatever is idle, everything runs at once; a bounded number stays, and none after quit.
func TestWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		quit := make(chan struct{})
		w := newWorkers(quit)
		for range 2 {
			const together = 2 * IdleGoroutines
			begun, end, ended := make(chan struct{}, together), make(chan struct{}), make(chan struct{}, together)
			for range together {
				w.run(func() { begun <- struct{}{}; <-end; ended <- struct{}{} })
			}
			synctest.Wait()
			if len(begun) != together {
				t.Errorf("%d of %d run", len(begun), together)
			}
			close(end)
			synctest.Wait()
			if idle := w.idle.Load(); len(ended) != together || idle != IdleGoroutines {
				t.Errorf("%d of %d have ended, %d wait", len(ended), together, idle)
			}
		}
		close(quit)
		w.wait()
		if idle := w.idle.Load(); idle != 0 {
			t.Errorf("%d are left", idle)
		}
	})
}
