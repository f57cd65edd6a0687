package veritrans4g

import (
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// errShut is what a write meets after the request was given up.
var errShut = errors.New("the request was given up")

// witness sees whether anything of a request leaves. Once shut, nothing does: a
// connection that comes about after the deadline must not send a card that was
// reported as not sent.
type witness struct {
	mu      sync.Mutex
	wroteAt time.Time // when the first write began; it counts as sent from then on
	done    bool
}

// shut ends all sending and tells whether any had begun.
func (w *witness) shut() (sent bool, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done = true
	return !w.wroteAt.IsZero(), w.wroteAt
}

func (w *witness) begin() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.done {
		return errShut
	}
	if w.wroteAt.IsZero() {
		w.wroteAt = time.Now()
	}
	return nil
}

// witnessedConn is a connection whose writes are witnessed.
type witnessedConn struct {
	net.Conn
	witness *witness
}

// Write sends and then zeroes p, which is net/http's buffer with a card in it. A
// Writer must not do that to a stranger's slice; this one is never another's than
// net/http's scratch space.
func (c *witnessedConn) Write(p []byte) (int, error) {
	defer clear(p)
	if err := c.witness.begin(); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// lentBody is a request's body while net/http has it. Whoever closes it wipes it.
type lentBody struct {
	closed chan struct{}

	mu    sync.Mutex
	bytes []byte
	read  int
	wiped bool
}

func lend(body []byte) *lentBody { return &lentBody{closed: make(chan struct{}), bytes: body} }

func (b *lentBody) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.wiped:
		return 0, errShut
	case b.read == len(b.bytes):
		return 0, io.EOF
	}
	n := copy(p, b.bytes[b.read:])
	b.read += n
	return n, nil
}

func (b *lentBody) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.wiped {
		clear(b.bytes[:cap(b.bytes)])
		b.wiped = true
		close(b.closed)
	}
	return nil
}
