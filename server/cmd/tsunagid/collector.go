package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// How much garbage may lie before the collector comes. What lives is for the most part
// recordings, which stand from start to stop; the rest is calls and a day's rows, and
// mostly little is made beside them: then memory is kept small, at a few per cent of the
// processor. Where calls come by the hundred a second the collector would run all the
// time, so it may leave what is made in two seconds. With a crowd of calls who calls would
// wait for it, 20 ms on one processor, so it may leave what is made in a second for each
// hundred of them, and nearly no caller meets it.
const (
	calmPercent  = 40        // of what lives and does not stand; Go's own choice is 100, of all
	leastGarbage = 1 << 20   // bytes
	mostGarbage  = 256 << 20 // bytes
	leastLeaves  = 2         // tuneRates
	leavesPer    = 100       // calls, one tuneRate for each
)

// tuneRate is how often what is tuned is looked at.
const tuneRate = time.Second

// pace is what the collector's pace depends on, what is memory in bytes.
type pace struct {
	made     uint64 // in a tuneRate
	live     uint64 // when the collector came last
	standing uint64 // of live, from start to stop
	calls    int    // in progress
}

// percent is how much garbage may lie beside what lives, in per cent of that, as Go wants
// to be told it.
func (p pace) percent() int {
	moving := p.live - min(p.standing, p.live)
	leaves := uint64(max(p.calls/leavesPer, leastLeaves))
	garbage := max(moving*calmPercent/100, min(leaves*p.made, mostGarbage), leastGarbage)
	return int(garbage * 100 / max(p.live, 1<<20))
}

// tuneCollector adapts the collector to what is made, unless the environment decides.
// What lives when it is called stands: the server is ready then.
func (d *daemon) tuneCollector() {
	if _, chosen := os.LookupEnv("GOGC"); chosen {
		return
	}
	runtime.GC()
	heap := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}, {Name: "/gc/heap/live:bytes"}}
	metrics.Read(heap)
	before, standing, percent := heap[0].Value.Uint64(), heap[1].Value.Uint64(), 0
	d.each(tuneRate, func() {
		metrics.Read(heap)
		made := heap[0].Value.Uint64()
		next := pace{made - before, heap[1].Value.Uint64(), standing, d.calls.Live()}.percent()
		before = made
		// Each change stops the program for a moment.
		if next > percent*5/4 || next < percent*4/5 {
			debug.SetGCPercent(next)
			percent = next
		}
	})
}
