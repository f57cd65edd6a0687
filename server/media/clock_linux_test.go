package media

import (
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Collections while the loop sleeps, on one processor as the smallest servers have: each
// has it stop a few times, and does not chase it in and out of its sleep.
func TestTheCollectorFindsTheLoopAsleep(t *testing.T) {
	onOneProcessor(t)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	const collections = 20

	clock := newClock(true)
	var stop atomic.Bool
	asleep, used := make(chan struct{}), make(chan unix.Rusage)
	go func() {
		runtime.LockOSThread() // the thread ends with the goroutine
		prepareThread()
		close(asleep)
		for !stop.Load() {
			clock.sleepUntil(clock.now() + 50*time.Millisecond)
		}
		var own unix.Rusage
		if err := unix.Getrusage(unix.RUSAGE_THREAD, &own); err != nil {
			t.Error(err)
		}
		used <- own
	}()
	<-asleep
	for range collections {
		runtime.GC()
	}
	stop.Store(true)
	own := <-used
	// Some ten are needed for each, and a hundred where other programs are busy. Where it
	// yielded instead there were 10,000, and a collection took 80 ms.
	if turns := own.Nvcsw + own.Nivcsw; turns > 1000*collections {
		t.Errorf("the loop's thread had %d turns in %d collections", turns, collections)
	}
}

// The loop comes before the other threads of the process, whatever that itself is worth.
func TestTheLoopComesBeforeTheOthers(t *testing.T) {
	type worth struct{ process, loop int32 }
	seen := make(chan worth)
	for _, nice := range []int{3, 0, -10, -18} {
		go func() {
			runtime.LockOSThread() // the thread ends with the goroutine
			if err := unix.Setpriority(unix.PRIO_PROCESS, threadItself, nice); err != nil {
				seen <- worth{}
				return
			}
			prepareThread()
			got, err := unix.SchedGetAttr(threadItself, 0)
			if err != nil {
				t.Error(err)
			}
			seen <- worth{int32(nice), got.Nice}
		}()
		switch w := <-seen; {
		case w == worth{}:
			t.Skip("this user may not give a thread another priority")
		case w.process == w.loop:
			t.Skip("this user may not have a thread come before others")
		case w.loop != max(w.process-5, -20):
			t.Errorf("in a process of nice %d the loop has %d", w.process, w.loop)
		}
	}
}

// onOneProcessor confines all threads of the program to one processor during a test.
func onOneProcessor(t *testing.T) {
	t.Helper()
	var before, one unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		t.Fatal(err)
	}
	for processor := 0; one.Count() == 0; processor++ {
		if before.IsSet(processor) {
			one.Set(processor)
		}
	}
	confine := func(to *unix.CPUSet) {
		threads, err := os.ReadDir("/proc/self/task")
		if err != nil {
			t.Fatal(err)
		}
		for _, thread := range threads {
			id, err := strconv.Atoi(thread.Name())
			if err != nil {
				t.Fatal(err)
			}
			if err := unix.SchedSetaffinity(id, to); err != nil && err != unix.ESRCH { // it has ended
				t.Fatal(err)
			}
		}
	}
	confine(&one)
	t.Cleanup(func() { confine(&before) })
}
