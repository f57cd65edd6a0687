package main

import "runtime"

// How many threads run Go at once: one more than Go itself would choose, because the loop
// of the media engine keeps one (media.Config.Reserved), and another one with a crowd of
// calls. Who has work to do waits there for the turn of another in Go to end, up to 10 ms,
// and in each collection for the collector's, where the kernel would share the processor
// out at once: calls are answered in half the time. With few calls that is not worth a
// twentieth of the processor, which threads without work take to look for some.
const (
	crowd = 600 // calls in progress
	calm  = 400 // when the crowd is gone
)

// threads is how many should run Go, where Go itself would choose own, with so many calls
// in progress and present threads.
func threads(own, calls, present int) int {
	switch {
	case calls >= crowd:
		return own + 2
	case calls <= calm:
		return own + 1
	}
	return present
}

// reserveThread lets the thread of the media engine run Go besides those that Go itself
// would choose, and returns how many these are.
func reserveThread() (own int) {
	own = runtime.GOMAXPROCS(0)
	runtime.GOMAXPROCS(threads(own, 0, own))
	return own
}

// tuneThreads adapts the number of threads to the calls in progress.
func (d *daemon) tuneThreads(own int) {
	d.each(tuneRate, func() {
		// A change stops the program for a moment; the number that there is does nothing.
		runtime.GOMAXPROCS(threads(own, d.calls.Live(), runtime.GOMAXPROCS(0)))
	})
}
