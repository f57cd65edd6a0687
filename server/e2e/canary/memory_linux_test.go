package canary

import (
	"os"
	"slices"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Of memory that is reserved only the pages that were written to are copied; the others
// do not become real by it.
func TestUntouchedPagesAreLeftOut(t *testing.T) {
	page := os.Getpagesize()
	reserved, err := unix.Mmap(-1, 0, 1<<28, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.Munmap(reserved); err != nil {
			t.Error(err)
		}
	})
	for _, advice := range []int{unix.MADV_NOHUGEPAGE, unix.MADV_DONTDUMP} { // small pages, a mapping of its own
		if err := unix.Madvise(reserved, advice); err != nil {
			t.Fatal(err)
		}
	}
	var written []byte
	for _, n := range []int{1000, 1001, 5000} {
		reserved[n*page] = byte(n)
		written = append(written, reserved[n*page:(n+1)*page]...)
	}
	at := int64(uintptr(unsafe.Pointer(unsafe.SliceData(reserved))))
	for range 2 {
		got := regionAt(t, at)
		if !got.Hidden || got.Locked || !slices.Equal(got.Content, written) {
			t.Errorf("got %d bytes, hidden %t, locked %t; want the %d of the pages written to", len(got.Content), got.Hidden, got.Locked, len(written))
		}
	}
}

// regionAt is our own mapping at an address with its content, and no other: the race
// detector's grow with what is copied.
func regionAt(t *testing.T, at int64) Region {
	t.Helper()
	regions, err := mappings(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	n := slices.IndexFunc(regions, func(r Region) bool { return r.From == at })
	if n < 0 {
		t.Fatal("the mapping is not listed")
	}
	if err := read(os.Getpid(), regions[n:n+1]); err != nil {
		t.Fatal(err)
	}
	return regions[n]
}
