package link

import (
	"errors"
	"io"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
)

// After a close frame was written because of what the peer sent, the rest of what
// it sent is read for a moment: closing a TCP connection with unread bytes resets
// it, and the peer would never see the close frame.
const (
	lingerFor   = time.Second
	lingerBytes = 1 << 20
)

var errNotText = errors.New("text frame is not UTF-8")

// read is the only goroutine that reads. It ends the connection when it returns.
func (c *Conn) read() {
	defer close(c.received)
	c.ws.SetReadLimit(c.limits.MaxFrameBytes)
	c.ws.SetPongHandler(func(string) error { return c.stillAlive() })
	c.ws.SetPingHandler(c.answerPing)
	for {
		in, err := c.readFrame()
		if err != nil {
			if errors.Is(err, websocket.ErrReadLimit) || errors.Is(err, errNotText) {
				c.linger()
			}
			c.end(transportReason(err))
			return
		}
		select {
		case c.received <- in:
		case <-c.finish: // no one reads any more; go on to the peer's close frame
		case <-c.done:
			return
		}
	}
}

// readFrame reads one message. Its error is that of the connection; what is wrong
// with the frame alone is in the incoming value.
func (c *Conn) readFrame() (incoming, error) {
	if err := c.stillAlive(); err != nil {
		return incoming{}, err
	}
	messageType, message, err := c.ws.NextReader()
	if err != nil {
		return incoming{}, err
	}
	data, err := io.ReadAll(alive{message, c})
	if err != nil {
		return incoming{}, err
	}
	if messageType != websocket.TextMessage {
		return incoming{err: &BadFrame{Problem: "not a text frame"}}, nil
	}
	if !utf8.Valid(data) {
		// RFC 6455 8.1: text that is not UTF-8 fails the connection, with 1007.
		body := websocket.FormatCloseMessage(websocket.CloseInvalidFramePayloadData, "")
		return incoming{}, errors.Join(errNotText, c.ws.WriteControl(websocket.CloseMessage, body, c.deadAt()))
	}
	frame, err := parse(data)
	return incoming{frame: frame, err: err}, nil
}

// answerPing leaves the answer to the writing goroutine: two readers that write to
// each other, neither reading, would wait for ever.
func (c *Conn) answerPing(data string) error {
	select {
	case <-c.pong: // RFC 6455 5.5.3: the most recent ping's answer is enough
	default:
	}
	c.pong <- data // never waits: this goroutine alone puts one in
	return c.stillAlive()
}

// stillAlive notes that the peer was heard and gives it another DeadAfter.
func (c *Conn) stillAlive() error {
	c.heard.Store(int64(time.Since(c.begun)))
	return c.ws.SetReadDeadline(c.deadAt())
}

// silence is for how long the peer was not heard.
func (c *Conn) silence() time.Duration { return time.Since(c.begun) - time.Duration(c.heard.Load()) }

// alive takes every piece of a long frame for a sign of life: a snapshot over a
// slow line is not a dead server.
type alive struct {
	message io.Reader
	conn    *Conn
}

func (a alive) Read(p []byte) (int, error) {
	n, err := a.message.Read(p)
	if n > 0 && err == nil {
		err = a.conn.stillAlive()
	}
	return n, err
}

func (c *Conn) linger() {
	if c.ws.SetReadDeadline(time.Now().Add(lingerFor)) == nil {
		// Whatever ends the copy, the connection is closed next.
		_, _ = io.CopyN(io.Discard, c.ws.NetConn(), lingerBytes)
	}
}
