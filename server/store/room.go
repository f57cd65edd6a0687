package store

import (
	"errors"
	"fmt"
	"path/filepath"
)

// ErrNoRoom says that the disk is nearly full.
var ErrNoRoom = errors.New("the disk of the database is nearly full")

// minFreeBytes is the free space below which no new payment may begin: those under
// way must still find room for their outcome (spec/payments.md).
const minFreeBytes = 200 << 20

// Room is ErrNoRoom where the database's disk has less than 200 MB left for its
// owner, nil where it has more. It asks the file system each time, in microseconds.
func (s *Store) Room() error {
	free, err := freeBytes(filepath.Dir(s.path))
	if err != nil {
		return fmt.Errorf("ask for the free space of %s: %w", filepath.Dir(s.path), err)
	}
	if free < s.minFree {
		return fmt.Errorf("%w: %d MB free, %d MB wanted", ErrNoRoom, free>>20, s.minFree>>20)
	}
	return nil
}
