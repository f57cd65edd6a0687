package memory

import (
	"errors"

	"golang.org/x/sys/unix"
)

// advise keeps the memory out of dumps and from child processes.
func advise(bytes []byte) error {
	return errors.Join(unix.Madvise(bytes, unix.MADV_DONTDUMP), unix.Madvise(bytes, unix.MADV_DONTFORK))
}
