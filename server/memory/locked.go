package memory

import (
	"errors"
	"fmt"
	"os"
	"sync"
)

// Block is the number of bytes that are handed out at a time. No block crosses the
// end of a page.
const Block = 32

// Locked is memory that is never swapped out. Make it with Lock.
type Locked struct {
	mu    sync.Mutex
	bytes []byte         // all of it; nil after Unlock
	free  []*[Block]byte // zeroed
	taken map[*[Block]byte]struct{}
}

// ErrNoBlock says that every block is taken.
var ErrNoBlock = errors.New("all locked memory is in use")

// Lock makes memory for so many blocks. It fails where the system does not let this
// process lock that much; the error says what to do.
func Lock(blocks int) (*Locked, error) {
	page := os.Getpagesize()
	size := (max(blocks, 1)*Block + page - 1) / page * page
	bytes, err := mapLocked(size)
	if err != nil {
		return nil, fmt.Errorf("lock %d KB of memory against swapping: %w\n%s", size>>10, err, limitAdvice)
	}
	l := &Locked{bytes: bytes, taken: make(map[*[Block]byte]struct{})}
	for at := 0; len(l.free) < blocks; at += Block {
		l.free = append(l.free, (*[Block]byte)(bytes[at:]))
	}
	return l, nil
}

// Take hands out a zeroed block, or ErrNoBlock.
func (l *Locked) Take() (*[Block]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.free) == 0 {
		return nil, ErrNoBlock
	}
	block := l.free[len(l.free)-1]
	l.free = l.free[:len(l.free)-1]
	l.taken[block] = struct{}{}
	clear(block[:])
	return block, nil
}

// Give takes a block back and zeroes it. Whoever had it may not touch it any more. A
// block that is not taken is left alone.
func (l *Locked) Give(block *[Block]byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.taken[block]; !ok {
		return
	}
	delete(l.taken, block)
	clear(block[:])
	l.free = append(l.free, block)
}

// Wipe zeroes every block, also those that are taken: for the end of the process.
func (l *Locked) Wipe() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.bytes)
}

// Unlock zeroes everything and gives the memory back to the system. No block may be
// in use: whoever touches one afterwards crashes.
func (l *Locked) Unlock() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.bytes == nil {
		return nil
	}
	clear(l.bytes)
	err := unmapLocked(l.bytes)
	l.bytes, l.free, l.taken = nil, nil, nil
	if err != nil {
		return fmt.Errorf("give locked memory back: %w", err)
	}
	return nil
}
