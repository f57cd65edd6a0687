package site

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"strings"
	"sync"
	"testing"
)

// Log is what a process writes, on disk and open to questions.
type Log struct {
	mu    sync.Mutex
	file  *os.File
	text  bytes.Buffer
	grown chan struct{} // closed and replaced at each write
	watch func(line string)
	told  int // bytes of text that watch has been told of
}

func newLog(t *testing.T, path string, watch func(line string)) *Log {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return &Log{file: f, grown: make(chan struct{}), watch: watch}
}

// Write is the process's standard error.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Write(p)
	l.tell()
	close(l.grown)
	l.grown = make(chan struct{})
	return l.file.Write(p)
}

// tell hands the lines that are whole to who watches.
func (l *Log) tell() {
	for l.watch != nil {
		line, _, whole := bytes.Cut(l.text.Bytes()[l.told:], []byte("\n"))
		if !whole {
			return
		}
		l.told += len(line) + 1
		l.watch(string(line))
	}
}

// Wait returns the first line that holds the words, as soon as there is one.
func (l *Log) Wait(t *testing.T, words string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), Patience)
	defer cancel()
	for {
		l.mu.Lock()
		text, grown := l.text.String(), l.grown
		l.mu.Unlock()
		lines := bufio.NewScanner(strings.NewReader(text))
		for lines.Scan() {
			if strings.Contains(lines.Text(), words) {
				return lines.Text()
			}
		}
		select {
		case <-grown:
		case <-ctx.Done():
			t.Fatalf("the log never said %q:\n%s", words, l.Tail())
		}
	}
}

// Tail is the end of what was written.
func (l *Log) Tail() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := l.text.String()
	return text[max(0, len(text)-8000):]
}

// Count is how often the words were written.
func (l *Log) Count(words string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), words)
}
