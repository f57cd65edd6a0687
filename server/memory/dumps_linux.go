package memory

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// forbidDumps: the limit alone does not stop a core_pattern that pipes into a program
// (core(5)); a process that is not dumpable is given to nobody.
func forbidDumps() error {
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("set the limit of core dumps to 0: %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("make the process not dumpable: %w", err)
	}
	return nil
}
