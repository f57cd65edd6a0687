//go:build unix

package memory

import (
	"errors"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// limitAdvice says what a person can do where memory cannot be locked.
const limitAdvice = "Raise the limit of locked memory (LimitMEMLOCK=1M in the systemd unit, or ulimit -l 1024)"

// mapLocked maps size bytes, a whole number of pages, between two pages that nobody
// may touch.
func mapLocked(size int) ([]byte, error) {
	page := os.Getpagesize()
	start, err := unix.MmapPtr(-1, 0, nil, uintptr(size+2*page), unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return nil, err
	}
	bytes := unsafe.Slice((*byte)(unsafe.Add(start, page)), size)
	err = unix.Mprotect(bytes, unix.PROT_READ|unix.PROT_WRITE)
	if err == nil {
		err = unix.Mlock(bytes)
	}
	if err == nil {
		err = advise(bytes)
	}
	if err != nil {
		return nil, errors.Join(err, unmapLocked(bytes))
	}
	return bytes, nil
}

func unmapLocked(bytes []byte) error {
	page := os.Getpagesize()
	start := unsafe.Add(unsafe.Pointer(unsafe.SliceData(bytes)), -page)
	return unix.MunmapPtr(start, uintptr(len(bytes)+2*page))
}
