package main

import (
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// How much garbage may lie before the collector comes. What lives is calls and a day's
// rows, and mostly little is made beside them: then memory is kept small, at a few per
// cent of the processor. Where calls come by the hundred a second the collector would run
// all the time, so it may leave what is made in two seconds.
const (
	calmPercent = 40        // of what lives; Go's own choice is 100
	mostGarbage = 256 << 20 // bytes
	collectRate = time.Second
	leaves      = 2 // collectRates
)

// tuneCollector adapts the collector to what is made, unless the environment decides.
func (d *daemon) tuneCollector() {
	if _, chosen := os.LookupEnv("GOGC"); chosen {
		return
	}
	debug.SetGCPercent(calmPercent)
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(collectRate)
		defer tick.Stop()
		made, percent := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}, {Name: "/gc/heap/live:bytes"}}, calmPercent
		metrics.Read(made)
		for before := made[0].Value.Uint64(); ; before = made[0].Value.Uint64() {
			select {
			case <-quit:
				return
			case <-tick.C:
			}
			metrics.Read(made)
			next := percentFor(made[0].Value.Uint64()-before, made[1].Value.Uint64())
			// Each change stops the program for a moment.
			if next > percent*5/4 || next < percent*4/5 || next == calmPercent && next != percent {
				debug.SetGCPercent(next)
				percent = next
			}
		}
	}()
	d.later(func() error {
		close(quit)
		<-done
		return nil
	})
}

// percentFor is how much garbage may lie beside live bytes where so many are made in a
// collectRate.
func percentFor(made, live uint64) int {
	return max(calmPercent, int(min(leaves*made, mostGarbage)*100/max(live, 1<<20)))
}
