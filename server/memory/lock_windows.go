package memory

import (
	"errors"
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

// limitAdvice says what a person can do where memory cannot be locked.
const limitAdvice = "Raise the service's minimum working set, or lower sip.max_calls"

// mapLocked maps size bytes, a whole number of pages, between two pages that nobody
// may touch.
func mapLocked(size int) ([]byte, error) {
	page := uintptr(os.Getpagesize())
	start, err := windows.VirtualAlloc(0, uintptr(size)+2*page, windows.MEM_RESERVE, windows.PAGE_NOACCESS)
	if err != nil {
		return nil, err
	}
	at, err := windows.VirtualAlloc(start+page, uintptr(size), windows.MEM_COMMIT, windows.PAGE_READWRITE)
	if err == nil {
		err = raiseWorkingSet(uintptr(size))
	}
	if err == nil {
		err = windows.VirtualLock(at, uintptr(size))
	}
	if err != nil {
		return nil, errors.Join(err, windows.VirtualFree(start, 0, windows.MEM_RELEASE))
	}
	// Indirect, because vet takes a uintptr that becomes a pointer for a mistake; this
	// memory is the system's and does not move.
	return unsafe.Slice(*(**byte)(unsafe.Pointer(&at)), size), nil
}

// raiseWorkingSet makes room for more locked pages: a process may lock little less
// than the least that it always has in memory (VirtualLock).
func raiseWorkingSet(size uintptr) error {
	var least, most uintptr
	var flags uint32
	windows.GetProcessWorkingSetSizeEx(windows.CurrentProcess(), &least, &most, &flags)
	return windows.SetProcessWorkingSetSizeEx(windows.CurrentProcess(), least+size, most+size, flags)
}

func unmapLocked(bytes []byte) error {
	at := uintptr(unsafe.Pointer(unsafe.SliceData(bytes)))
	return errors.Join(
		windows.VirtualUnlock(at, uintptr(len(bytes))),
		windows.VirtualFree(at-uintptr(os.Getpagesize()), 0, windows.MEM_RELEASE),
	)
}
