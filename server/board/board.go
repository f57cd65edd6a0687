package board

import (
	"sync"
	"time"

	"tsunagi/server"
	"tsunagi/shared/wire"
)

// endedStays is how long a call that has ended stays in the picture.
const endedStays = 10 * time.Second

// Board is the picture. Make one with New.
type Board struct {
	mu            sync.Mutex
	day           time.Time        // when today began; what is older has been forgotten
	calls         map[string]*call // of all operators, by ID
	ended         []*call          // those that have ended, first the one that ended first
	desks         map[ivr.UserKey]*desk
	arrivals      int64                                      // calls, rows and results so far: orders those of different desks
	subscriptions map[ivr.UserKey]map[*Subscription]struct{} // by whom they see; empty parts are all
}

// call is a live call, or one that ended less than endedStays ago.
type call struct {
	operator ivr.UserKey
	arrival  int64      // its place among all that came to the board
	picture  *wire.Call // is shared with the changes that tell of it, and never changed
	endedAt  time.Time  // zero: not ended
}

// New returns an empty board.
func New() *Board {
	return &Board{
		day:           dayOf(time.Now()),
		calls:         make(map[string]*call),
		desks:         make(map[ivr.UserKey]*desk),
		subscriptions: make(map[ivr.UserKey]map[*Subscription]struct{}),
	}
}

// Put replaces the picture of one call, or adds the call. A call that has ended
// stays ended: a later picture that says otherwise is ignored. One that says nothing new
// is not told.
func (b *Board) Put(operator ivr.UserKey, picture wire.Call) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	b.forgetLocked(now)
	c := b.calls[picture.ID]
	if c == nil {
		b.arrivals++
		c = &call{operator: operator, arrival: b.arrivals}
		b.calls[picture.ID] = c
	}
	ended := picture.State == wire.StateEnded
	if !c.endedAt.IsZero() && !ended {
		return
	}
	if c.picture != nil && picture == *c.picture {
		return // a step that nobody sees
	}
	if ended && c.endedAt.IsZero() {
		c.endedAt = now
		b.ended = append(b.ended, c)
	}
	shown := picture // the argument itself would be kept even where nothing is told
	c.picture = &shown
	b.publishLocked(c.operator, wire.Change{Call: &shown})
}

// Append adds a row to the monitoring pane.
func (b *Board) Append(row ivr.Row) {
	r := wireRow(row)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.forgetLocked(time.Now())
	if !row.At.Before(b.day) {
		b.arrivals++
		b.deskLocked(row.Operator).addRow(arrived[wire.Row]{b.arrivals, &r})
	}
	b.publishLocked(row.Operator, wire.Change{Row: &r})
}

// Result adds a payment to the history of the day, or replaces that of the same
// call: an unknown outcome that was settled later. That of an earlier day is told
// to those who are there and not kept.
func (b *Board) Result(result ivr.Result) {
	r := wireResult(result)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.forgetLocked(time.Now())
	if !result.At.Before(b.day) {
		b.arrivals++
		b.deskLocked(result.Operator).addResult(arrived[wire.Result]{b.arrivals, &r})
	}
	b.publishLocked(result.Operator, wire.Change{Result: &r})
}

// Notify opens a dialog at the operator. It goes to the operator's own desktop
// only, and to no one where none is connected.
func (b *Board) Notify(operator ivr.UserKey, notice wire.Notice) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.publishLocked(operator, wire.Change{Notice: &notice})
}

// Subscribe starts a subscription to what filter lets through. The caller closes it.
func (b *Board) Subscribe(filter Filter) *Subscription {
	s := &Subscription{board: b, filter: filter, wake: make(chan struct{}, 1), snapshotDue: true}
	b.mu.Lock()
	defer b.mu.Unlock()
	seen := ivr.UserKey{Merchant: filter.Merchant, User: filter.Operator}
	if b.subscriptions[seen] == nil {
		b.subscriptions[seen] = make(map[*Subscription]struct{})
	}
	b.subscriptions[seen][s] = struct{}{}
	return s
}

func (b *Board) deskLocked(operator ivr.UserKey) *desk {
	d, ok := b.desks[operator]
	if !ok {
		d = new(desk)
		b.desks[operator] = d
	}
	return d
}

// publishLocked queues a change at everyone who may see it. With a thousand operators
// it is a matter of a few of them.
func (b *Board) publishLocked(operator ivr.UserKey, change wire.Change) {
	for _, seen := range []ivr.UserKey{operator, {Merchant: operator.Merchant}, {User: operator.User}, {}} {
		for s := range b.subscriptions[seen] {
			if s.filter.passes(operator, change) {
				s.queueLocked(change)
			}
		}
	}
}

// forgetLocked lets go of calls that ended a while ago and, after midnight, of
// yesterday.
func (b *Board) forgetLocked(now time.Time) {
	for len(b.ended) > 0 && now.Sub(b.ended[0].endedAt) >= endedStays {
		delete(b.calls, b.ended[0].picture.ID)
		b.ended = b.ended[1:]
	}
	if into := now.Sub(b.day); into >= 0 && into < dayLength {
		return
	}
	today := dayOf(now)
	b.day = today
	for operator, d := range b.desks {
		if d.forgetBefore(today.UnixMilli()) {
			delete(b.desks, operator)
		}
	}
}

// japan needs no time zone database: Japan has had no summer time since 1951, so that its
// days are all as long.
var japan = time.FixedZone("JST", 9*60*60)

const dayLength = 24 * time.Hour

// dayOf is the midnight with which the Japanese day of t began.
func dayOf(t time.Time) time.Time {
	year, month, day := t.In(japan).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, japan)
}
