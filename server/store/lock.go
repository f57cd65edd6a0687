package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gofrs/flock"
)

// ErrLocked says that another server works with the database.
var ErrLocked = errors.New("another tsunagid serves this database: stop it, or give this one a data_dir of its own")

// Lock keeps a second server from a database. Two of them would each settle the
// other's attempts as left behind by a crash.
type Lock struct{ file *flock.Flock }

// TakeLock takes the lock of the database at path, before it is opened, or is
// ErrLocked. It is held until Release or the end of the process, however that ends.
// Commands that only read or add a user work beside a server and take no lock.
func TakeLock(path string) (*Lock, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("lock database %s: %w", path, err)
	}
	name := path + ".lock"
	file := flock.New(name, flock.SetPermissions(0o600))
	taken, err := file.TryLock()
	switch {
	case err != nil:
		return nil, fmt.Errorf("lock database %s: %w", path, err)
	case !taken:
		return nil, fmt.Errorf("lock database %s: %w%s", path, ErrLocked, holder(name))
	}
	// For people only: the lock is the kernel's, and the file may stay behind.
	if err := os.WriteFile(name, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("lock database %s: %w", path, err), file.Unlock())
	}
	return &Lock{file}, nil
}

// holder names the process that has written the lock file, if it can be told.
func holder(name string) string {
	text, err := os.ReadFile(name)
	if err != nil {
		return ""
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return ""
	}
	return fmt.Sprintf(" (process %d)", pid)
}

// Release gives the lock back.
func (l *Lock) Release() error { return l.file.Unlock() }
