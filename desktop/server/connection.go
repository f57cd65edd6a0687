package server

import (
	"context"
	"sync"
	"time"

	"tsunagi/shared/link"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

// requestTimeout is how long an answer may take. A server that is alive and does
// not answer is as good as lost for whoever waits.
const requestTimeout = 10 * time.Second

// connection joins requests with their answers on one link.Conn.
type connection struct {
	conn *link.Conn
	over chan struct{} // closed when no frame will come any more

	snapshotID int64 // of the last getSnapshot; the receiving goroutine's own

	mu      sync.Mutex
	lastID  int64
	pending map[int64]chan<- wire.Frame
}

func newConnection(conn *link.Conn) *connection {
	return &connection{
		conn:    conn,
		over:    make(chan struct{}),
		pending: make(map[int64]chan<- wire.Frame),
	}
}

// request sends one and waits for its answer, which is of the wanted kind or a
// *wire.Error.
func (n *connection) request(ctx context.Context, kind wire.Kind, body any, want wire.Kind) (wire.Frame, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	answer := make(chan wire.Frame, 1)
	id := n.expect(answer)
	defer n.forget(id)
	if n.conn.Send(kind, id, body) != nil {
		return wire.Frame{}, errLost()
	}
	select {
	case frame := <-answer:
		return checked(frame, want)
	case <-ctx.Done():
		return wire.Frame{}, errLost()
	case <-n.over:
	}
	select {
	case frame := <-answer: // it was the last thing to arrive
		return checked(frame, want)
	default:
		return wire.Frame{}, errLost()
	}
}

func checked(frame wire.Frame, want wire.Kind) (wire.Frame, error) {
	switch frame.Kind {
	case want:
		return frame, nil
	case wire.KindError:
		refusal, err := link.Decode[wire.Error](frame)
		if err != nil {
			return wire.Frame{}, errLost()
		}
		return wire.Frame{}, &refusal
	}
	return wire.Frame{}, errLost()
}

// tell sends a request whose answer is handled where it arrives.
func (n *connection) tell(kind wire.Kind, body any) (int64, error) {
	n.mu.Lock()
	n.lastID++
	id := n.lastID
	n.mu.Unlock()
	return id, n.conn.Send(kind, id, body)
}

func (n *connection) expect(answer chan<- wire.Frame) int64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lastID++
	n.pending[n.lastID] = answer
	return n.lastID
}

func (n *connection) forget(id int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.pending, id)
}

// answer hands a frame to the request that waits for it, once.
func (n *connection) answer(frame wire.Frame) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if waiting, ok := n.pending[frame.ID]; ok {
		delete(n.pending, frame.ID)
		waiting <- frame // has room: it is delivered once
	}
}

// errLost is E309: the request did not reach the server, or its answer did not
// come back.
func errLost() *wire.Error {
	return &wire.Error{
		Code:      wire.CodeUnavailable,
		MessageID: string(message.E309),
		Message:   message.E309.Text(),
	}
}
