package media

import (
	"errors"
	"fmt"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ring is an io_uring, io_uring(7), for packets that are sent at once or not at all, many
// of them with one system call. One goroutine uses it at a time.
type ring struct {
	fd     int
	queues []byte // both queues as the kernel shares them with us
	slots  []byte // the submissions themselves

	submissions []submission
	head, tail  *uint32 // of the submissions: the kernel moves the head, we the tail
	mask        uint32

	completions  []completion
	taken, given *uint32 // of the completions: we move what is taken, the kernel what is given
}

// submission is struct io_uring_sqe, as far as sending goes.
type submission struct {
	opcode   uint8
	flags    uint8
	_        uint16
	fd       int32
	_        uint64
	address  uint64
	length   uint32
	msgFlags uint32
	ours     uint64
	_        [3]uint64
}

// completion is struct io_uring_cqe.
type completion struct {
	ours   uint64
	result int32 // bytes, or an errno below zero
	_      uint32
}

// ringParams is struct io_uring_params.
type ringParams struct {
	submissions, completions uint32
	flags                    uint32
	_, _                     uint32
	features                 uint32
	_                        [4]uint32
	submission               struct{ head, tail, mask, _, _, _, array, _, _, _ uint32 }
	completion               struct{ head, tail, mask, _, _, cqes, _, _, _, _ uint32 }
}

// Of linux/io_uring.h.
const (
	opSend        = 26      // IORING_OP_SEND
	skipSuccess   = 1 << 6  // IOSQE_CQE_SKIP_SUCCESS
	submitAll     = 1 << 7  // IORING_SETUP_SUBMIT_ALL, since Linux 5.18
	featureOneMap = 1 << 0  // IORING_FEAT_SINGLE_MMAP
	featureSkip   = 1 << 11 // IORING_FEAT_CQE_SKIP
	queuesAt      = 0       // IORING_OFF_SQ_RING
	slotsAt       = 1 << 28 // IORING_OFF_SQES
)

// errOldRing says that the kernel is too old for what is wanted of it.
var errOldRing = errors.New("io_uring of this kernel reports each packet")

// newRing makes a ring for size packets at a time, a power of two. Its error is errOldRing,
// or the kernel's: many a machine does not allow it.
func newRing(size uint32) (*ring, error) {
	p := ringParams{flags: submitAll}
	fd, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, uintptr(size), uintptr(unsafe.Pointer(&p)), 0)
	if errno != 0 {
		return nil, fmt.Errorf("make io_uring: %w", errno)
	}
	r := &ring{fd: int(fd)}
	if err := r.share(&p); err != nil {
		return nil, errors.Join(err, r.close())
	}
	return r, nil
}

// share maps what the kernel shares.
func (r *ring) share(p *ringParams) (err error) {
	const wanted = featureOneMap | featureSkip
	if p.features&wanted != wanted {
		return errOldRing
	}
	const readWrite, shared = unix.PROT_READ | unix.PROT_WRITE, unix.MAP_SHARED | unix.MAP_POPULATE
	bytes := max(p.submission.array+4*p.submissions, p.completion.cqes+p.completions*uint32(unsafe.Sizeof(completion{})))
	if r.queues, err = unix.Mmap(r.fd, queuesAt, int(bytes), readWrite, shared); err != nil {
		return fmt.Errorf("map io_uring: %w", err)
	}
	bytes = p.submissions * uint32(unsafe.Sizeof(submission{}))
	if r.slots, err = unix.Mmap(r.fd, slotsAt, int(bytes), readWrite, shared); err != nil {
		return fmt.Errorf("map submissions of io_uring: %w", err)
	}
	number := func(at uint32) *uint32 { return (*uint32)(unsafe.Pointer(&r.queues[at])) }
	r.head, r.tail, r.mask = number(p.submission.head), number(p.submission.tail), *number(p.submission.mask)
	r.taken, r.given = number(p.completion.head), number(p.completion.tail)
	r.submissions = unsafe.Slice((*submission)(unsafe.Pointer(&r.slots[0])), p.submissions)
	r.completions = unsafe.Slice((*completion)(unsafe.Pointer(&r.queues[p.completion.cqes])), p.completions)
	for i := range p.submissions { // in their order
		*number(p.submission.array + 4*i) = i
	}
	return nil
}

// send puts a packet into the ring, to the peer of a connected socket. The packet must not
// change or move before submit; there is room for as many as newRing was told.
func (r *ring) send(fd int, packet []byte, ours int) {
	tail := *r.tail
	r.submissions[tail&r.mask] = submission{
		opcode: opSend, flags: skipSuccess, fd: int32(fd), msgFlags: unix.MSG_DONTWAIT, ours: uint64(ours),
		address: uint64(uintptr(unsafe.Pointer(unsafe.SliceData(packet)))), length: uint32(len(packet)),
	}
	atomic.StoreUint32(r.tail, tail+1)
}

// submit sends what is in the ring and gives failed what is ours of each packet that was
// not sent. The kernel uses none of them afterwards.
func (r *ring) submit(failed func(ours int)) {
	waiting := *r.tail - atomic.LoadUint32(r.head)
	_, _, _ = unix.RawSyscall6(unix.SYS_IO_URING_ENTER, uintptr(r.fd), uintptr(waiting), 0, 0, 0, 0)
	// What the kernel has not looked at, for want of memory, is taken back.
	head := atomic.LoadUint32(r.head)
	for at := head; at != *r.tail; at++ {
		failed(int(r.submissions[at&r.mask].ours))
	}
	atomic.StoreUint32(r.tail, head)
	at := *r.taken
	for ; at != atomic.LoadUint32(r.given); at++ {
		failed(int(r.completions[at&uint32(len(r.completions)-1)].ours))
	}
	atomic.StoreUint32(r.taken, at)
}

func (r *ring) close() error {
	var errs []error
	for _, mapped := range [][]byte{r.queues, r.slots} {
		if mapped != nil {
			errs = append(errs, unix.Munmap(mapped))
		}
	}
	return errors.Join(append(errs, unix.Close(r.fd))...)
}
