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
	yielded time.Duration

	reserved bool // see Config.Reserved
}

func newClock(reserved bool) clock {
	var now unix.Timespec
	// It cannot fail for this clock; an origin of 0 would only make the loop not sleep.
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &now)
	return &monotonic{started: time.Now(), origin: now.Nano(), reserved: reserved}
}

func (m *monotonic) now() time.Duration { return time.Since(m.started) }

// yieldEvery is how long the loop keeps its turn. Go counts a goroutine that has had one
// for 10 ms as hogging it, also while it sleeps: it would then take the turn away at every
// sleep and keep a watcher awake, every 20 µs, to do so, which cost a seventh of the
// processor at 600 calls. Whoever yields by himself begins a new turn.
const yieldEvery = 8 * time.Millisecond

func (m *monotonic) sleepUntil(t time.Duration) {
	until := unix.NsecToTimespec(m.origin + int64(t))
	if m.reserved {
		m.sleepReserved(&until)
		return
	}
	if t >= m.yielded+yieldEvery {
		m.yielded = t
		runtime.Gosched()
	}
	for {
		// A signal of the scheduler interrupts it. Any other error would return at once
		// for ever and is not waited for.
		if err := unix.ClockNanosleep(unix.CLOCK_MONOTONIC, unix.TIMER_ABSTIME, &until, nil); err != unix.EINTR {
			return
		}
	}
}

// sleepReserved sleeps without telling the scheduler, which is cheapest. The loop then
// keeps its turn all the time: nobody else waits for it, as Config.Reserved promises. A
// signal means that the collector wants everybody to stop for a moment, and waits for it.
func (m *monotonic) sleepReserved(until *unix.Timespec) {
	for sleepOnce(until) == unix.EINTR {
	}
}

// sleepOnce sleeps until a point in time or a signal. It is a function of its own because
// a goroutine stops for the collector where it enters one. To yield instead does not do:
// on a machine of one processor the goroutine then is back in its sleep before the
// collector has seen it stand, which asks again, thousands of times, while calls wait.
//
//go:noinline
func sleepOnce(until *unix.Timespec) unix.Errno {
	_, _, errno := unix.RawSyscall6(unix.SYS_CLOCK_NANOSLEEP, unix.CLOCK_MONOTONIC, unix.TIMER_ABSTIME,
		uintptr(unsafe.Pointer(until)), 0, 0, 0)
	return errno
}

// The thread of the loop is worth this much more than the others of the process, and
// its timers may be this much late, in nanoseconds, for the kernel's convenience.
const (
	threadNice   = -5
	timerSlack   = 1000
	threadItself = 0
)

// threadSlice is how long the loop's turns are, in nanoseconds, the shortest that may be
// asked for. Since Linux 6.12 who asks for less than the thread that runs gets the
// processor at once when he wakes, and not when the other's turn of some milliseconds ends.
const threadSlice = 100_000

// prepareThread asks the kernel for punctuality for the calling thread. A kernel that
// refuses (it takes CAP_SYS_NICE) leaves it as punctual as any.
func prepareThread() {
	nice := int32(threadNice)
	if given, err := unix.SchedGetAttr(threadItself, 0); err == nil {
		nice += given.Nice // as far as the kernel goes, which is -20
	}
	wanted := unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_NORMAL, Nice: nice, Runtime: threadSlice}
	if unix.SchedSetAttr(threadItself, &wanted, 0) != nil {
		_ = unix.Setpriority(unix.PRIO_PROCESS, threadItself, int(nice))
	}
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, timerSlack, 0, 0, 0)
}
