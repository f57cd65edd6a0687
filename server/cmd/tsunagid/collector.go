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
// fifty of them beyond the first hundred, and nearly no caller meets it.
const (
	calmPercent  = 40        // of what lives and does not stand; Go's own choice is 100, of all
	leastGarbage = 1 << 20   // bytes
	mostGarbage  = 256 << 20 // bytes
	leastLeaves  = 2         // tuneRates
	fewCalls     = 100
	leavesPer    = 50 // calls beyond those few, one tuneRate for each
)

// farOff is how many times as much garbage may lie with a crowd before Go collects by
// itself. When it does, little room is left until its own limit, and whoever makes
// something must first help the collector with many times as much: with 700 calls that
// held up callers for up to 40 ms. A collector that is called while the limit is far asks
// nobody for help. With few calls that would only take memory.
const farOff = 3

// tuneRate is how often what is tuned is looked at.
const tuneRate = time.Second

// pace is what the collector's pace depends on, what is memory in bytes.
type pace struct {
	made     uint64 // in a tuneRate
	live     uint64 // when the collector came last
	standing uint64 // of live, from start to stop
	calls    int    // in progress
}

// garbage is how many bytes of garbage may lie.
func (p pace) garbage() uint64 {
	moving := p.live - min(p.standing, p.live)
	leaves := uint64(max((p.calls-fewCalls)/leavesPer, leastLeaves))
	return max(moving*calmPercent/100, min(leaves*p.made, mostGarbage), leastGarbage)
}

// percent is what Go may let lie beside what lives before it collects by itself, in per
// cent of that.
func (p pace) percent() int {
	garbage := p.garbage()
	if p.calls >= crowd {
		garbage *= farOff
	}
	return int(garbage * 100 / max(p.live, 1<<20))
}

// due tells whether to call the collector: more garbage of a crowd would lie than may
// before the next look, where used bytes are what lives and what lies.
func (p pace) due(used uint64) bool {
	return p.calls >= crowd && used+p.made > p.live+p.garbage()
}

// tuneCollector adapts the collector to what is made, unless the environment decides.
// What lives when it is called stands: the server is ready then.
func (d *daemon) tuneCollector() {
	if _, chosen := os.LookupEnv("GOGC"); chosen {
		return
	}
	runtime.GC()
	heap := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}, {Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(heap)
	before, standing, percent := heap[0].Value.Uint64(), heap[1].Value.Uint64(), 0
	d.each(tuneRate, func() {
		metrics.Read(heap)
		made := heap[0].Value.Uint64()
		now := pace{made - before, heap[1].Value.Uint64(), standing, d.calls.Live()}
		before = made
		// Each change stops the program for a moment.
		if next := now.percent(); next > percent*5/4 || next < percent*4/5 {
			debug.SetGCPercent(next)
			percent = next
		}
		if now.due(heap[2].Value.Uint64()) {
			runtime.GC()
		}
	})
}
