package media

import (
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// monotonic sleeps on the kernel's monotonic clock up to a point in time rather than
// for a duration, so that no error adds up.
type monotonic struct {
	started time.Time
	origin  int64 // of started on the kernel's clock, in nanoseconds
}

func newClock() clock {
	var now unix.Timespec
	// It cannot fail for this clock; an origin of 0 would only make the loop not sleep.
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &now)
	return &monotonic{started: time.Now(), origin: now.Nano()}
}

func (m *monotonic) now() time.Duration { return time.Since(m.started) }

// sleepUntil does not tell the scheduler that it waits: Go would take the thread's turn
// away and give it back at every tick, and wake a watcher every 20 µs to do so, which cost
// more than all packets of a hundred calls. So the loop holds one of GOMAXPROCS even while
// it sleeps; whoever runs it reserves one (package main). A signal means that the collector
// wants everybody to stop for a moment, and waits for it.
func (m *monotonic) sleepUntil(t time.Duration) {
	until := unix.NsecToTimespec(m.origin + int64(t))
	for {
		// Any other error than of a signal would return at once for ever and is not
		// waited for.
		_, _, errno := unix.RawSyscall6(unix.SYS_CLOCK_NANOSLEEP, unix.CLOCK_MONOTONIC, unix.TIMER_ABSTIME,
			uintptr(unsafe.Pointer(&until)), 0, 0, 0)
		if errno != unix.EINTR {
			return
		}
		runtime.Gosched()
	}
}

// The thread of the loop is worth this much more than the others of the machine, and
// its timers may be this much late, in nanoseconds, for the kernel's convenience.
const (
	threadNice   = -10
	timerSlack   = 1000
	threadItself = 0
)

// prepareThread asks the kernel for punctuality for the calling thread. A kernel that
// refuses (it takes CAP_SYS_NICE) leaves it as punctual as any.
func prepareThread() {
	_ = unix.Setpriority(unix.PRIO_PROCESS, threadItself, threadNice)
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, timerSlack, 0, 0, 0)
}
