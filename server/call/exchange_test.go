package call

import (
	"errors"
	"slices"
	"sync"
	"time"
)

// exchange is a PBX with the operator's telephone behind it.
type exchange struct {
	site    *site
	answers time.Duration // after which the operator answers; 0: never
	busy    bool          // the telephone is refused at once
	refuses bool          // the PBX knows no Replaces
	deaf    bool          // the media cannot be relayed

	mu      sync.Mutex
	rang    []string   // extensions
	notices [][]string // that the operator had read when the telephone rang
	lines   []*operatorLine
	bridges int
}

var errBusy = errors.New("486 Busy Here")

// ring notes that the telephone rings, and tells what becomes of it.
func (x *exchange) ring(extension string) (answers time.Duration, err error) {
	x.site.board.mu.Lock()
	read := slices.Clone(x.site.board.notices)
	x.site.board.mu.Unlock()
	x.mu.Lock()
	defer x.mu.Unlock()
	x.rang = append(x.rang, extension)
	x.notices = append(x.notices, read)
	if x.busy {
		return 0, errBusy
	}
	return x.answers, nil
}

// later does what the PBX does, on a goroutine of its own.
func later(after time.Duration, do func()) *time.Timer { return time.AfterFunc(after, do) }

func (x *exchange) Dial(c *Call, _ Leg, turn int, extension string) Operator {
	line := &operatorLine{call: c}
	answers, err := x.ring(extension)
	switch {
	case err != nil:
		later(50*time.Millisecond, func() { c.TransferFailed(turn, err) })
	case answers > 0:
		line.ringing = later(answers, func() { c.OperatorAnswered(turn) })
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.lines = append(x.lines, line)
	return line
}

func (x *exchange) Refer(c *Call, _ Leg, turn int, extension string) {
	answers, err := x.ring(extension)
	switch {
	case err != nil:
		later(50*time.Millisecond, func() { c.TransferFailed(turn, err) })
	case answers > 0:
		later(answers, func() { c.OperatorAnswered(turn) })
	}
}

func (x *exchange) Join(c *Call, _ Leg, turn int, operator Operator) {
	if x.refuses {
		later(50*time.Millisecond, func() { c.TransferFailed(turn, errors.New("501 Not Implemented")) })
		return
	}
	line := operator.(*operatorLine)
	later(50*time.Millisecond, func() {
		line.hangUp() // the PBX has replaced it
		c.Joined(turn)
	})
}

func (x *exchange) Bridge(_ Leg, operator Operator) error {
	if x.deaf || operator.(*operatorLine).isGone() {
		return errors.New("no media to relay")
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.bridges++
	return nil
}

// relayed is how many pairs were relayed to each other.
func (x *exchange) relayed() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.bridges
}

// all are the lines to operators so far.
func (x *exchange) all() []*operatorLine {
	x.mu.Lock()
	defer x.mu.Unlock()
	return slices.Clone(x.lines)
}

func (x *exchange) line() *operatorLine {
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.lines) == 0 {
		return nil
	}
	return x.lines[len(x.lines)-1]
}

// operatorLine is the operator's telephone in a return call.
type operatorLine struct {
	call    *Call
	ringing *time.Timer

	mu   sync.Mutex
	gone bool
	byes int
}

func (l *operatorLine) Bye() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.byes++
	l.gone = true
	if l.ringing != nil {
		l.ringing.Stop()
	}
}

// hangUp is what the operator, or the PBX, does with the line.
func (l *operatorLine) hangUp() {
	l.mu.Lock()
	l.gone = true
	l.mu.Unlock()
	l.call.OperatorHungUp()
}

func (l *operatorLine) isGone() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.gone
}
