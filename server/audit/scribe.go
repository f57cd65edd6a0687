package audit

import (
	"context"
	"errors"
	"time"

	"tsunagi/server"
)

// What a Scribe gathers: lines of calls come by the hundred a second, and a commit for
// each would cost more than the calls.
const (
	gather     = 200 * time.Millisecond
	linesAside = 8192
)

// errBehind says that lines came faster than they could be written for a long while.
var errBehind = errors.New("more lines than can be written")

// Scribe writes what happens in calls, many lines to a commit, a moment after it has
// happened. The times are those of the deeds. A line that cannot be written, or finds
// no room, makes the Log's Ready an error as with Write. Make one with NewScribe.
type Scribe struct {
	log   *Log
	lines chan ivr.AuditRecord
	stop  chan struct{}
	done  chan struct{}
}

// NewScribe starts a scribe's one goroutine, which Close ends.
func NewScribe(log *Log) *Scribe {
	s := &Scribe{log: log, lines: make(chan ivr.AuditRecord, linesAside), stop: make(chan struct{}), done: make(chan struct{})}
	go s.run()
	return s
}

// Tell takes an event and never waits.
func (s *Scribe) Tell(e Event) {
	select {
	case s.lines <- recordOf(e):
	default:
		s.log.note(errBehind, 1)
	}
}

// Close writes what was told and ends the scribe. Nothing may be told afterwards.
func (s *Scribe) Close() {
	close(s.stop)
	<-s.done
}

func (s *Scribe) run() {
	defer close(s.done)
	for {
		select {
		case first := <-s.lines:
			select {
			case <-time.After(gather):
			case <-s.stop:
			}
			s.write(first)
		case <-s.stop:
			select {
			case first := <-s.lines:
				s.write(first)
			default:
				return
			}
		}
	}
}

// write writes a line and all that have come since.
func (s *Scribe) write(first ivr.AuditRecord) {
	lines := []ivr.AuditRecord{first}
	for len(lines) < cap(s.lines) {
		select {
		case next := <-s.lines:
			lines = append(lines, next)
			continue
		default:
		}
		break
	}
	err := s.log.append(context.Background(), lines...)
	s.log.note(err, len(lines))
	if err != nil {
		s.log.log.Error("lines of the audit log were not written", "lines", len(lines), "error", err)
	}
}
