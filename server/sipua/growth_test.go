package sipua

import (
	"runtime"
	"sync"
	"testing"
	"time"
)

// Short calls leave nothing behind: no leg, no port, no goroutine. sipgo's timers of
// finished transactions run on without a goroutine.
func TestNothingGrowsOver500ShortCalls(t *testing.T) {
	answerer, dialler := serve(t, Config{}, answering), serve(t, Config{}, nil)
	to := "sip:05012345678@" + answerer.Addr().String()
	first, err := dialler.Dial(t.Context(), DialParams{To: to}) // both endpoints run
	if err != nil {
		t.Fatal(err)
	}
	first.Bye()
	idle(t, dialler)
	idle(t, answerer)
	before := runtime.NumGoroutine()
	const calls, atOnce = 500, 10
	var callers sync.WaitGroup
	work := make(chan struct{})
	for range atOnce {
		callers.Go(func() {
			for range work {
				leg, err := dialler.Dial(t.Context(), DialParams{To: to})
				if err != nil {
					t.Error(err)
					continue
				}
				leg.Bye()
			}
		})
	}
	for range calls {
		work <- struct{}{}
	}
	close(work)
	callers.Wait()
	idle(t, dialler)
	idle(t, answerer)
	for name, e := range map[string]*Endpoint{"answerer": answerer, "dialler": dialler} {
		e.mu.Lock()
		if len(e.invites) > 0 {
			t.Errorf("%s: %d INVITEs left", name, len(e.invites))
		}
		e.mu.Unlock()
	}
	// The goroutines of the last messages may be on their way out.
	limit, look := time.After(patience), time.NewTicker(10*time.Millisecond)
	defer look.Stop()
	for {
		after, open := runtime.NumGoroutine(), answerer.media.Stats().Sessions+dialler.media.Stats().Sessions
		if after <= before && open == 0 {
			return
		}
		select {
		case <-limit:
			t.Fatalf("%d goroutines, %d before; %d media sessions", after, before, open)
		case <-look.C:
		}
	}
}
