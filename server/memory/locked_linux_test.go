package memory

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The kernel itself says of the blocks' mapping: locked, not dumped, not inherited;
// and nobody can touch what lies before and behind.
func TestTheKernelHoldsThePages(t *testing.T) {
	l, err := Lock(1)
	if err != nil {
		t.Fatal(err)
	}
	b, err := l.Take()
	if err != nil {
		t.Fatal(err)
	}
	b[0] = 1
	at := uintptr(unsafe.Pointer(b))
	page := uintptr(os.Getpagesize())
	rights, flags := mapping(t, at)
	if rights != "rw-p" {
		t.Errorf("rights: got %s", rights)
	}
	for _, want := range []string{"lo", "dd", "dc"} {
		if !slices.Contains(flags, want) {
			t.Errorf("the mapping lacks %s: %v", want, flags)
		}
	}
	for _, guard := range []uintptr{at - page, at + page} {
		if rights, _ := mapping(t, guard); rights != "---p" {
			t.Errorf("the page beside: got %s", rights)
		}
	}
	if err := l.Unlock(); err != nil {
		t.Error(err)
	}
}

// mapping tells what /proc/self/smaps has of the mapping around an address.
func mapping(t *testing.T, at uintptr) (rights string, flags []string) {
	t.Helper()
	text, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	inside := false
	for line := range strings.Lines(string(text)) {
		var from, to uintptr
		var r string
		if n, _ := fmt.Sscanf(line, "%x-%x %s", &from, &to, &r); n == 3 {
			if inside = from <= at && at < to; inside {
				rights = r
			}
		} else if inside && strings.HasPrefix(line, "VmFlags:") {
			flags = strings.Fields(line)[1:]
		}
	}
	return rights, flags
}

// Where the system does not allow it, the error says what to do.
func TestLimitOfLockedMemory(t *testing.T) {
	if os.Getenv("TSUNAGI_TEST_LIMIT") == "" {
		child := exec.Command(os.Args[0], "-test.run=^TestLimitOfLockedMemory$", "-test.v")
		child.Env = append(os.Environ(), "TSUNAGI_TEST_LIMIT=1")
		if out, err := child.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	err := unix.Setrlimit(unix.RLIMIT_MEMLOCK, &unix.Rlimit{Cur: 4096, Max: 4096})
	if os.Geteuid() == 0 { // root may lock all
		err = errors.Join(err, syscall.Setuid(65534))
	}
	if err != nil {
		t.Fatal(err)
	}
	_, err = Lock(100_000)
	if err == nil || !strings.Contains(err.Error(), "LimitMEMLOCK") {
		t.Errorf("got %v", err)
	}
}

// A process that has forbidden dumps leaves none, although its limit allowed it. The
// control is the same process without the call: the kernel says of it that it dumped.
func TestForbidDumps(t *testing.T) {
	switch os.Getenv("TSUNAGI_TEST_DUMP") {
	case "forbidden":
		if ok, err := ForbidDumps(); !ok || err != nil {
			t.Fatal(ok, err)
		}
		fallthrough
	case "allowed":
		_ = syscall.Kill(os.Getpid(), syscall.SIGSEGV)
		select {}
	}
	if dumpable {
		t.Skip("this build lets itself be dumped")
	}
	dumped := func(how string) bool {
		child := exec.Command("sh", "-c", `ulimit -c unlimited && exec "$0" -test.run='^TestForbidDumps$'`, os.Args[0])
		child.Dir = t.TempDir()
		child.Env = append(os.Environ(), "TSUNAGI_TEST_DUMP="+how, "GOTRACEBACK=crash")
		_ = child.Run() // it dies: that is asked for
		status, ok := child.ProcessState.Sys().(syscall.WaitStatus)
		if !ok || !status.Signaled() {
			t.Fatalf("%s: the process did not die of a signal: %v", how, child.ProcessState)
		}
		return status.CoreDump()
	}
	if !dumped("allowed") {
		t.Skip("this machine writes no dumps at all: nothing to see here")
	}
	if dumped("forbidden") {
		t.Error("the process was dumped")
	}
}
