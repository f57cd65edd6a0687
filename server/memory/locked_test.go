package memory

import (
	"sync"
	"testing"
)

func TestBlocksAreZeroedAndDistinct(t *testing.T) {
	const blocks = 300 // of more than a page
	l, err := Lock(blocks)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Unlock(); err != nil {
			t.Error(err)
		}
	})
	seen := make(map[*[Block]byte]bool)
	for n := range blocks {
		b, err := l.Take()
		if err != nil {
			t.Fatalf("block %d: %v", n, err)
		}
		if seen[b] || *b != [Block]byte{} {
			t.Fatalf("block %d is taken twice or is not empty", n)
		}
		seen[b] = true
		for i := range b {
			b[i] = 0xA5
		}
	}
	if _, err := l.Take(); err != ErrNoBlock {
		t.Errorf("one block more: got %v, want ErrNoBlock", err)
	}
	var one *[Block]byte
	for b := range seen {
		one = b
		break
	}
	l.Give(one)
	if *one != [Block]byte{} {
		t.Error("a block that was given back is not zeroed")
	}
	l.Give(one) // twice is once
	l.Give(new([Block]byte))
	again, err := l.Take()
	if err != nil || again != one {
		t.Errorf("got %p, %v, want the block that was given back", again, err)
	}
	if _, err := l.Take(); err != ErrNoBlock {
		t.Errorf("after giving back twice: got %v, want ErrNoBlock", err)
	}
	l.Wipe()
	for b := range seen {
		if *b != [Block]byte{} {
			t.Fatal("Wipe leaves a block as it was")
		}
	}
}

func TestUnlockTwice(t *testing.T) {
	l, err := Lock(1)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := l.Unlock(); err != nil {
			t.Error(err)
		}
	}
	if _, err := l.Take(); err != ErrNoBlock {
		t.Errorf("got %v, want ErrNoBlock", err)
	}
	l.Wipe()
}

func TestLockedIsSafeForSeveralGoroutines(t *testing.T) {
	l, err := Lock(4)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for who := range byte(8) {
		all.Go(func() {
			for range 500 {
				b, err := l.Take()
				if err != nil {
					continue
				}
				b[0], b[Block-1] = who, who
				if b[0] != who || b[Block-1] != who {
					t.Error("two have the same block")
				}
				l.Give(b)
			}
		})
	}
	all.Wait()
	if err := l.Unlock(); err != nil {
		t.Error(err)
	}
}
