package link

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"tsunagi/shared/wire"
)

// Why a connection is over.
var (
	ErrClosed   = errors.New("connection closed")
	ErrSlow     = errors.New("peer reads too slowly")
	ErrDead     = errors.New("peer is silent")
	ErrTooLarge = errors.New("frame is too large")
)

// Close codes of RFC 6455 7.4.1 for Conn.Close.
const (
	CloseNormal    = websocket.CloseNormalClosure
	CloseGoingAway = websocket.CloseGoingAway
	ClosePolicy    = websocket.ClosePolicyViolation
)

// closeWait is how long Close waits for queued frames to leave and for the peer's
// half of the closing handshake.
const closeWait = 2 * time.Second

// receivedLength is how many frames may wait for Receive.
const receivedLength = 16

// Conn is one connection, made by Dial or Accept.
type Conn struct {
	ws         *websocket.Conn
	limits     Limits
	batch      *batch        // under ws at the server, nil at the desktop
	wake       chan struct{} // has room for one: the queue is to leave now
	gathered   *time.Timer   // runs while frames of the queue wait for the end of Limits.GatherFor
	pong       chan string   // the newest ping's answer
	received   chan incoming // closed by the reading goroutine
	finish     chan struct{} // closed by Close: write what is queued, then the close frame
	done       chan struct{} // closed by end
	goroutines sync.WaitGroup
	begun      time.Time
	heard      atomic.Int64 // when the peer was heard last, in nanoseconds after begun

	mu        sync.Mutex
	queue     []*encoded // frames that wait to be written
	unsent    int        // those in the queue, and those that are being written
	leftAt    time.Time  // when frames began to leave last
	finishing bool
	closeBody []byte // of the close frame, set before finish is closed
	err       error  // why the connection is over; nil while it is up
}

type incoming struct {
	frame wire.Frame
	err   error
}

func start(ws *websocket.Conn, under *batch, limits Limits) *Conn {
	c := &Conn{
		ws:       ws,
		batch:    under,
		limits:   limits,
		wake:     make(chan struct{}, 1),
		pong:     make(chan string, 1),
		received: make(chan incoming, receivedLength),
		finish:   make(chan struct{}),
		done:     make(chan struct{}),
		gathered: time.NewTimer(limits.GatherFor),
		begun:    time.Now(),
	}
	c.gathered.Stop() // nothing waits yet
	c.goroutines.Go(c.read)
	c.goroutines.Go(c.write)
	return c
}

// Send queues a frame and never waits. A nil body is left out. One with an id leaves at
// once, one without may wait for others (Limits.GatherFor). It fails with
// ErrSlow, and ends the connection, when the queue is full; with the reason of the
// end when the connection is over; or when body has no JSON form. That a frame
// was queued does not say that it arrived.
func (c *Conn) Send(kind wire.Kind, id int64, body any) error {
	frame, err := encode(kind, id, body)
	if err == nil {
		err = c.put(frame, id != 0)
	}
	if err != nil {
		return fmt.Errorf("send %s: %w", kind, err)
	}
	return nil
}

// Receive waits for the next frame. A *BadFrame error is about that frame alone
// and the next may be received; any other error is the reason why the connection
// is over. Frames that arrived before the end are received before the error.
func (c *Conn) Receive() (wire.Frame, error) {
	in, ok := <-c.received
	if !ok {
		return wire.Frame{}, c.Err()
	}
	return in.frame, in.err
}

// Done is closed when the connection is over; Err then tells why.
func (c *Conn) Done() <-chan struct{} { return c.done }

// Err is why the connection is over: ErrClosed, ErrSlow, ErrDead, ErrTooLarge or
// an error of the network. It is nil while the connection is up.
func (c *Conn) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// Close writes what is queued and a close frame, waits for the peer's, 2 s at the
// most, and comes back when the connection's goroutines are gone. It may be called
// again. The error tells that what was queued may not have left.
func (c *Conn) Close(code int, reason string) error {
	c.mu.Lock()
	if !c.finishing {
		c.finishing = true
		c.closeBody = websocket.FormatCloseMessage(code, reason)
		close(c.finish)
	}
	c.mu.Unlock()
	giveUp := time.AfterFunc(closeWait, func() { c.end(ErrDead) })
	defer giveUp.Stop()
	c.goroutines.Wait()
	if err := c.Err(); !errors.Is(err, ErrClosed) {
		return fmt.Errorf("close: %w", err)
	}
	return nil
}

// end closes the transport, which makes both goroutines return. The first reason
// counts.
func (c *Conn) end(reason error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.endLocked(reason)
}

func (c *Conn) endLocked(reason error) {
	if c.err != nil {
		return
	}
	c.err = reason
	close(c.done)
	// TLS would wait up to 5 s to say close_notify to a peer that does not read;
	// the close frame has said the same, so the transport below is closed.
	transport := c.ws.NetConn()
	if c.batch != nil {
		transport = c.batch.Conn
	}
	if secured, ok := transport.(*tls.Conn); ok {
		transport = secured.NetConn()
	}
	transport.Close() // its error is that of a connection already gone
}

func (c *Conn) deadAt() time.Time { return time.Now().Add(c.limits.DeadAfter) }

// transportReason names the end of a connection that the transport reported.
func transportReason(err error) error {
	var closed *websocket.CloseError
	var network net.Error
	switch {
	case errors.Is(err, websocket.ErrReadLimit):
		return ErrTooLarge
	case errors.As(err, &network) && network.Timeout():
		return ErrDead
	case errors.As(err, &closed) && closed.Code != websocket.CloseAbnormalClosure:
		return fmt.Errorf("%w by peer: code %d", ErrClosed, closed.Code)
	case errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed):
		return fmt.Errorf("%w without a farewell", ErrClosed)
	}
	return fmt.Errorf("%w: %w", ErrClosed, err)
}
