package board

import (
	"context"
	"errors"
	"slices"
	"time"

	"tsunagi/server"
	"tsunagi/shared/wire"
)

// queueLength is how many changes may wait for a reader. An operator's busiest
// second has a dozen.
const queueLength = 256

// queueKept is the room that an empty queue keeps for what comes next.
const queueKept = 16

// ErrClosed says that the subscription was closed.
var ErrClosed = errors.New("subscription closed")

// Filter says which part of the picture a subscription sees.
type Filter struct {
	Merchant ivr.MerchantID // empty: all merchants
	Operator ivr.UserID     // empty: all operators of the merchant, and no notices
	Rows     bool           // false: no rows, as where the merchant has no monitoring
}

func (f Filter) sees(operator ivr.UserKey) bool {
	return (f.Merchant == "" || f.Merchant == operator.Merchant) &&
		(f.Operator == "" || f.Operator == operator.User)
}

func (f Filter) passes(operator ivr.UserKey, change wire.Change) bool {
	switch {
	case change.Row != nil && !f.Rows:
		return false
	case change.Notice != nil && f.Operator == "":
		return false
	}
	return f.sees(operator)
}

// Update is what a subscription brings: either a snapshot or a change. It is good until
// Next is called again.
type Update struct {
	Snapshot *wire.Snapshot
	Change   *wire.Change
}

// Subscription is one reader's view of the board, made by Subscribe.
type Subscription struct {
	board  *Board
	filter Filter
	wake   chan struct{} // has room for one: something is to be taken

	// Guarded by board.mu.
	queue       []wire.Change
	taken       int         // of the queue; its room is used again when all are
	change      wire.Change // that was taken last
	snapshotDue bool
	seq         int64
	finished    bool
	closed      bool
}

// Next waits for the next update: a snapshot first, then changes without a gap.
// It fails with ctx's error and, after Close or when all is told after Finish, with
// ErrClosed.
func (s *Subscription) Next(ctx context.Context) (Update, error) {
	for {
		if update, ok, err := s.take(); ok || err != nil {
			return update, err
		}
		select {
		case <-s.wake:
		case <-ctx.Done():
			return Update{}, ctx.Err()
		}
	}
}

// Restart makes the next update a snapshot.
func (s *Subscription) Restart() {
	s.board.mu.Lock()
	defer s.board.mu.Unlock()
	s.restartLocked()
	s.wakeLocked()
}

// ShowRows lets rows through from now on, or no more: where that is new, the next update
// is a snapshot with them, or without.
func (s *Subscription) ShowRows(rows bool) {
	s.board.mu.Lock()
	defer s.board.mu.Unlock()
	if s.filter.Rows == rows {
		return
	}
	s.filter.Rows = rows
	s.restartLocked()
	s.wakeLocked()
}

// Finish ends the subscription once what there is to tell by now was told.
func (s *Subscription) Finish() {
	s.board.mu.Lock()
	defer s.board.mu.Unlock()
	s.leaveLocked()
	s.finished = true
	s.wakeLocked()
}

// Close ends the subscription. It may be called again and from any goroutine.
func (s *Subscription) Close() {
	s.board.mu.Lock()
	defer s.board.mu.Unlock()
	s.leaveLocked()
	s.closed = true
	s.queue, s.taken = nil, 0
	s.wakeLocked()
}

// leaveLocked takes the subscription from those that are told of changes.
func (s *Subscription) leaveLocked() {
	seen := ivr.UserKey{Merchant: s.filter.Merchant, User: s.filter.Operator}
	delete(s.board.subscriptions[seen], s)
	if len(s.board.subscriptions[seen]) == 0 {
		delete(s.board.subscriptions, seen)
	}
}

func (s *Subscription) take() (Update, bool, error) {
	b := s.board
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	switch {
	case s.closed:
		return Update{}, false, ErrClosed
	case s.snapshotDue:
		s.snapshotDue = false
		b.forgetLocked(now)
		return Update{Snapshot: b.snapshotLocked(s.filter, s.seq, now)}, true, nil
	case s.taken < len(s.queue):
		s.change = s.queue[s.taken]
		s.queue[s.taken] = wire.Change{}
		s.taken++
		s.seq++
		s.change.Seq, s.change.ServerAtMs = s.seq, now.UnixMilli()
		return Update{Change: &s.change}, true, nil
	case s.finished:
		return Update{}, false, ErrClosed
	}
	s.queue, s.taken = s.queue[:0], 0
	if cap(s.queue) > queueKept {
		s.queue = nil
	}
	return Update{}, false, nil
}

// queueLocked adds a change. While a snapshot is due the change needs no telling:
// the snapshot will have it. A notice is in no snapshot and waits behind it.
func (s *Subscription) queueLocked(change wire.Change) {
	if s.snapshotDue && change.Notice == nil {
		return
	}
	if len(s.queue)-s.taken >= queueLength {
		s.restartLocked()
		if change.Notice == nil {
			s.wakeLocked()
			return
		}
		s.queue = newest(s.queue, queueLength-1)
	}
	if len(s.queue) == cap(s.queue) && s.taken > len(s.queue)/2 {
		s.queue, s.taken = append(s.queue[:0], s.queue[s.taken:]...), 0
	}
	s.queue = append(s.queue, change)
	s.wakeLocked()
}

func (s *Subscription) restartLocked() {
	s.snapshotDue = true
	s.queue = slices.DeleteFunc(s.queue[s.taken:], func(c wire.Change) bool { return c.Notice == nil })
	s.taken = 0
}

func (s *Subscription) wakeLocked() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// snapshotLocked is the part of the picture that the filter lets through.
func (b *Board) snapshotLocked(filter Filter, seq int64, now time.Time) *wire.Snapshot {
	snapshot := &wire.Snapshot{Seq: seq, ServerAtMs: now.UnixMilli()}
	var calls []arrived[wire.Call]
	for _, c := range b.calls {
		if filter.sees(c.operator) {
			calls = append(calls, arrived[wire.Call]{c.arrival, c.picture})
		}
	}
	snapshot.Calls = inOrder(calls, len(calls))
	var rows []arrived[wire.Row]
	var results []arrived[wire.Result]
	for operator, d := range b.desks {
		if !filter.sees(operator) {
			continue
		}
		if filter.Rows {
			rows = append(rows, d.rows...)
		}
		results = append(results, d.results...)
	}
	snapshot.Rows = inOrder(rows, wire.MaxRows)
	snapshot.Results = inOrder(results, maxResults)
	return snapshot
}
