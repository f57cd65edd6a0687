package sipua

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
)

// Requests of one dialog may take several connections, and datagrams overtake each other;
// those of a connection, and every INVITE, are brought by workers, in any order. A queue
// puts them right again: expect is called where the socket is read and leaves a ticket;
// deliver is called by whoever handles the request; next gives the tickets out by CSeq, an
// INVITE before its ACK, and holds one back while a lower one that has arrived is still
// on its way.

const (
	// queueLimit bounds the requests of one dialog that wait. RFC 3261 12.2.2 has
	// a dialog's peer wait for answers to most of them; more than this is a flood.
	queueLimit = 32

	// stallLimit is how long a request that arrived may keep the later ones
	// waiting. Some never come (of a branch that was seen before), but that is a peer's
	// mistake, and a worker that has not run yet is a busy machine's every day:
	// what is passed over is refused, since its turn is gone (RFC 3261 12.2.2), and with
	// an INFO a key is. So it is several times T1, and less than a person waits for a key
	// to do something.
	stallLimit = 2 * time.Second

	// ackStallLimit is the same for an ACK. That of a refused re-INVITE never comes, since
	// its transaction keeps it, and one that is passed over is not lost.
	ackStallLimit = 250 * time.Millisecond
)

// A ticket is the place in a queue of one request.
type ticket struct {
	seq       uint32
	ack       bool
	arrived   time.Time
	req       *sip.Request // nil until delivered
	tx        *sip.ServerTx
	delivered bool
}

// before orders tickets: by CSeq, and an ACK after the INVITE whose number it bears.
func (t *ticket) before(u *ticket) int {
	if c := cmp.Compare(t.seq, u.seq); c != 0 {
		return c
	}
	switch {
	case t.ack == u.ack:
		return 0
	case u.ack:
		return -1
	default:
		return 1
	}
}

// A queue holds the requests of one dialog that have arrived and are not handled.
// Its zero value is not ready; use newQueue.
type queue struct {
	ready chan struct{} // has a value when next may give something new

	mu                       sync.Mutex
	tickets                  []*ticket // in order
	lowestRequest, lowestACK uint32    // see lowest; a CSeq is below 2^31
	closed                   bool
}

func newQueue() *queue { return &queue{ready: make(chan struct{}, 1)} }

// expect notes that a request has arrived. One that is repeated before its first copy
// was handled gets the same ticket: its transaction lets the first copy through and
// drops the others. It returns nil for one that is older than what was handled, and for
// one too many.
func (q *queue) expect(seq uint32, ack bool, now time.Time) *ticket {
	t := &ticket{seq: seq, ack: ack, arrived: now}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed || seq < *q.lowest(t) {
		return nil
	}
	at, found := slices.BinarySearchFunc(q.tickets, t, (*ticket).before)
	if found {
		return q.tickets[at]
	}
	if len(q.tickets) >= queueLimit {
		return nil
	}
	q.tickets = slices.Insert(q.tickets, at, t)
	return t
}

// lowest is the lowest number that is not too late, of ACKs or of other requests. An
// ACK is late for its INVITE alone: the peer may have sent other requests before it.
func (q *queue) lowest(t *ticket) *uint32 {
	if t.ack {
		return &q.lowestACK
	}
	return &q.lowestRequest
}

// deliver brings the request of a ticket. It reports false where the queue has been
// closed or has gone on without it, or where another request of the same number was
// brought before; the request is then the caller's to answer.
func (q *queue) deliver(t *ticket, req *sip.Request, tx *sip.ServerTx) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed || t.delivered || !slices.Contains(q.tickets, t) {
		return false
	}
	t.req, t.tx, t.delivered = req, tx, true
	q.wake()
	return true
}

// next takes the first request whose turn it is. Where there is none, wait is how
// long those that have come may still be held up by one that has not; zero means
// that none has come.
func (q *queue) next(now time.Time) (t *ticket, wait time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	at := slices.IndexFunc(q.tickets, func(t *ticket) bool { return t.delivered })
	if at < 0 {
		return nil, 0
	}
	for _, missing := range q.tickets[:at] {
		limit := stallLimit
		if missing.ack {
			limit = ackStallLimit
		}
		if left := limit - now.Sub(missing.arrived); left > 0 {
			return nil, left
		}
	}
	t = q.tickets[at]
	q.tickets = slices.Delete(q.tickets, 0, at+1)
	*q.lowest(t) = t.seq + 1
	return t, 0
}

// close ends the queue and returns what was delivered and not handled.
func (q *queue) close() []*ticket {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	rest := slices.DeleteFunc(q.tickets, func(t *ticket) bool { return !t.delivered })
	q.tickets = nil
	return rest
}

// isClosed reports whether the dialog is over.
func (q *queue) isClosed() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.closed
}

func (q *queue) wake() {
	select {
	case q.ready <- struct{}{}:
	default:
	}
}
