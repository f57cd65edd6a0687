package media

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// bell tells the loop which sockets something has come to. The kernel sends its thread a
// signal for each packet, with the number of the socket, fcntl(2) F_SETSIG; the thread
// blocks the signal and reads many of them with one system call, signalfd(2). An epoll
// would wait at each socket, and the kernel would wake it for each packet that is sent as
// well, because there is room again to send: a thirteenth of what the loop takes.
type bell struct {
	fd     int
	thread int // who reads it; 0 before the first socket
	rung   [64]unix.SignalfdSiginfo
}

const (
	// arrived is the signal for a packet, the last but one of those that queue: nobody
	// else in the program wants it.
	arrived = unix.Signal(63)

	// overflown is what the kernel sends when the queue has no more room, RLIMIT_SIGPENDING.
	overflown = unix.SIGIO

	ownerThread = 0 // F_OWNER_TID, linux/fcntl.h
)

// signals are both of them.
func signals() (set unix.Sigset_t) {
	bits := 8 * int(unsafe.Sizeof(set.Val[0]))
	for _, s := range []unix.Signal{arrived, overflown} {
		set.Val[int(s-1)/bits] |= 1 << (int(s-1) % bits)
	}
	return set
}

func newBell() (*bell, error) {
	set := signals()
	fd, err := unix.Signalfd(-1, &set, unix.SFD_NONBLOCK|unix.SFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("make signalfd: %w", err)
	}
	return &bell{fd: fd}, nil
}

// hang has a socket ring for what comes from now on. It is for the thread that reads.
func (b *bell) hang(socket int) error {
	if b.thread == 0 {
		set := signals()
		if err := unix.PthreadSigmask(unix.SIG_BLOCK, &set, nil); err != nil {
			return fmt.Errorf("block signals: %w", err)
		}
		b.thread = unix.Gettid()
	}
	owner := struct{ kind, thread int32 }{ownerThread, int32(b.thread)}
	_, _, errno := unix.RawSyscall(unix.SYS_FCNTL, uintptr(socket), unix.F_SETOWN_EX, uintptr(unsafe.Pointer(&owner)))
	if errno == 0 {
		_, _, errno = unix.RawSyscall(unix.SYS_FCNTL, uintptr(socket), unix.F_SETSIG, uintptr(arrived))
	}
	if errno == 0 {
		_, _, errno = unix.RawSyscall(unix.SYS_FCNTL, uintptr(socket), unix.F_SETFL, unix.O_NONBLOCK|unix.O_ASYNC)
	}
	if errno != 0 {
		return fmt.Errorf("have socket ring: %w", errno)
	}
	return nil
}

// listen returns what has rung since, as much as there is room for. A socket may have been
// closed since it rang. One that is overflown stands for any number of others.
func (b *bell) listen() []unix.SignalfdSiginfo {
	bytes, _, errno := unix.RawSyscall(unix.SYS_READ, uintptr(b.fd), uintptr(unsafe.Pointer(&b.rung)), unsafe.Sizeof(b.rung))
	if errno != 0 {
		return nil // nothing has
	}
	return b.rung[:bytes/unsafe.Sizeof(b.rung[0])]
}

func (b *bell) close() error {
	if err := unix.Close(b.fd); err != nil {
		return fmt.Errorf("close signalfd: %w", err)
	}
	return nil
}
