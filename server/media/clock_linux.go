package media

import (
	"time"

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

func (m *monotonic) sleepUntil(t time.Duration) {
	until := unix.NsecToTimespec(m.origin + int64(t))
	for {
		// A signal of the scheduler interrupts it. Any other error would return at once
		// for ever and is not waited for.
		if err := unix.ClockNanosleep(unix.CLOCK_MONOTONIC, unix.TIMER_ABSTIME, &until, nil); err != unix.EINTR {
			return
		}
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
