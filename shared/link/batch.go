package link

import (
	"bufio"
	"net"
	"net/http"
	"sync"
	"time"
)

// batchBytes is when a batch leaves though more is to come: it fills one TLS record.
const batchBytes = 16 << 10

// batches are the buffers of connections that are writing. One that does not write has none.
var batches = sync.Pool{New: func() any { return new([batchBytes]byte) }}

// batch is a connection that keeps what is written to it between hold and release, to
// write it in one go: one TLS record, one system call. It may be written to from several
// goroutines; hold and release belong to one.
type batch struct {
	net.Conn

	mu       sync.Mutex
	buffer   *[batchBytes]byte // nil: what is written goes out at once
	held     int               // bytes in the buffer
	deadline time.Time         // of what is held
}

// hold begins a batch. One that is nil holds nothing back.
func (b *batch) hold() {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.buffer = batches.Get().(*[batchBytes]byte)
}

// release writes the batch and ends it.
func (b *batch) release() error {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	err := b.flushLocked()
	batches.Put(b.buffer)
	b.buffer = nil
	return err
}

// Write keeps p or writes it out. After an error the connection is of no use any more.
func (b *batch) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.held+len(p) > batchBytes {
		if err := b.flushLocked(); err != nil {
			return 0, err
		}
	}
	if b.buffer == nil || len(p) > batchBytes {
		return b.writeLocked(p)
	}
	b.held += copy(b.buffer[b.held:], p)
	return len(p), nil
}

// SetWriteDeadline bounds the writes that are yet to come; one under way keeps its own.
func (b *batch) SetWriteDeadline(t time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.deadline = t
	return nil
}

// SetDeadline is SetReadDeadline and SetWriteDeadline.
func (b *batch) SetDeadline(t time.Time) error {
	if err := b.SetWriteDeadline(t); err != nil {
		return err
	}
	return b.SetReadDeadline(t)
}

func (b *batch) flushLocked() error {
	if b.held == 0 {
		return nil
	}
	_, err := b.writeLocked(b.buffer[:b.held])
	b.held = 0
	return err
}

func (b *batch) writeLocked(p []byte) (int, error) {
	if err := b.Conn.SetWriteDeadline(b.deadline); err != nil {
		return 0, err
	}
	return b.Conn.Write(p)
}

// hijacker puts a batch under the WebSocket that a request is upgraded to.
type hijacker struct {
	http.ResponseWriter
	batch *batch // set by Hijack
}

func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffers, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	h.batch = &batch{Conn: conn}
	return h.batch, buffers, nil
}
