package phone

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// A timeline is what the calls have done, written as it happens. A writer that fails is
// given nothing more.
type timeline struct {
	numbered bool // several calls share it

	mu     sync.Mutex
	out    io.Writer
	failed error
}

// A line is the timeline of one call, from its dialling on.
type line struct {
	timeline *timeline
	call     int // from 1
	began    time.Time
}

func (t *timeline) line(call int) line { return line{t, call, time.Now()} }

// since is how long the call has lasted.
func (l line) since() time.Duration { return time.Since(l.began) }

// write adds what has happened now.
func (l line) write(format string, values ...any) {
	text := fmt.Sprintf("%8d ms  %s\n", l.since().Milliseconds(), fmt.Sprintf(format, values...))
	if l.timeline.numbered {
		text = fmt.Sprintf("call %4d %s", l.call, text)
	}
	l.timeline.print(text)
}

func (t *timeline) print(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.failed == nil {
		_, t.failed = io.WriteString(t.out, text)
	}
}

func (t *timeline) err() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.failed
}
