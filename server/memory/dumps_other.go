//go:build unix && !linux

package memory

import (
	"fmt"

	"golang.org/x/sys/unix"
)

func forbidDumps() error {
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("set the limit of core dumps to 0: %w", err)
	}
	return nil
}
