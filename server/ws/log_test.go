package ws

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"
)

// logBook is the server's log, and lets a test wait for a line of it.
type logBook struct {
	mu      sync.Mutex
	text    bytes.Buffer
	waiting map[string]chan struct{}
}

func (l *logBook) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for words, seen := range l.waiting {
		if strings.Contains(string(line), words) {
			delete(l.waiting, words)
			close(seen)
		}
	}
	return l.text.Write(line)
}

func (l *logBook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// expect returns a function that waits for a line with the words, from now on.
func (l *logBook) expect(t *testing.T, words string) (wait func()) {
	seen := make(chan struct{})
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting == nil {
		l.waiting = make(map[string]chan struct{})
	}
	l.waiting[words] = seen
	return func() {
		t.Helper()
		select {
		case <-seen:
		case <-time.After(patience):
			t.Fatalf("the log never says %q", words)
		}
	}
}
