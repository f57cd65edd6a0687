package link

import (
	"bytes"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"tsunagi/shared/wire"
)

// outgoing is a wire.Frame whose body has not been written: that is done in one go.
type outgoing struct {
	Kind wire.Kind `json:"kind"`
	ID   int64     `json:"id,omitempty"`
	Body any       `json:"body,omitempty"`
}

// encoded is a frame as JSON. It is used again for another once it was written.
type encoded struct {
	text    bytes.Buffer
	encoder *json.Encoder // into text
}

var spare = sync.Pool{New: func() any {
	e := new(encoded)
	e.encoder = json.NewEncoder(&e.text)
	return e
}}

// spareBytes is the largest buffer that is kept for use again: a snapshot's is not.
const spareBytes = 4 << 10

// appender is a body that knows its JSON form; it is the one encoding/json would find.
type appender interface {
	AppendJSON(to []byte) []byte
}

func encode(kind wire.Kind, id int64, body any) (*encoded, error) {
	e := spare.Get().(*encoded)
	if body, hot := body.(appender); hot && id == 0 {
		text := append(e.text.AvailableBuffer(), `{"kind":"`...)
		text = append(text, kind...)
		text = append(text, `","body":`...)
		text = body.AppendJSON(text)
		e.text.Write(append(text, '}'))
		return e, nil
	}
	if err := e.encoder.Encode(outgoing{kind, id, body}); err != nil {
		return nil, err // the encoder goes too: it repeats some errors for ever
	}
	e.text.Truncate(e.text.Len() - 1) // its line's end
	return e, nil
}

func (e *encoded) free() {
	if e.text.Cap() <= spareBytes {
		e.text.Reset()
		spare.Put(e)
	}
}

// put adds a frame to the queue, unless it is full or the connection over. One that is
// awaited does not wait for others.
func (c *Conn) put(frame *encoded, awaited bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.err != nil:
		return c.err
	case c.finishing:
		return ErrClosed
	case c.unsent >= c.limits.QueueLength:
		c.endLocked(ErrSlow)
		return ErrSlow
	}
	c.unsent++
	c.queue = append(c.queue, frame)
	c.rouseLocked(awaited)
	return nil
}

// write is the goroutine that writes: frames, pings, answers to pings.
func (c *Conn) write() {
	ping := time.NewTimer(c.limits.PingEvery)
	defer ping.Stop()
	defer c.gathered.Stop()
	var room []*encoded
	for {
		var err error
		select {
		case <-c.wake:
			room, err = c.writeQueue(room)
		case <-c.gathered.C:
			room, err = c.writeQueue(room)
		case <-ping.C:
			again := c.limits.PingEvery - c.silence()
			if again <= 0 {
				err = c.ws.WriteControl(websocket.PingMessage, nil, c.deadAt())
				again = c.limits.PingEvery
			}
			ping.Reset(again)
		case data := <-c.pong:
			err = c.ws.WriteControl(websocket.PongMessage, []byte(data), c.deadAt())
		case <-c.finish:
			c.writeLast()
			return
		case <-c.done:
			return
		}
		if errors.Is(err, websocket.ErrCloseSent) {
			return // the reading goroutine is closing and ends the connection
		}
		if err != nil {
			c.end(transportReason(err))
			return
		}
	}
}

// roomMost is how long a list of frames may be that is kept for the next ones.
const roomMost = 16

// writeQueue writes the frames of the queue as one batch. What comes meanwhile is put
// into room, if there is any; the list that was written becomes the next room.
func (c *Conn) writeQueue(room []*encoded) ([]*encoded, error) {
	c.mu.Lock()
	frames := c.queue
	c.queue = room
	if len(frames) > 0 {
		c.restLocked()
	}
	c.mu.Unlock()
	err := c.writeBatch(frames)
	c.mu.Lock()
	c.unsent -= len(frames)
	c.mu.Unlock()
	if cap(frames) > roomMost {
		return nil, err
	}
	clear(frames)
	return frames[:0], err
}

func (c *Conn) writeBatch(frames []*encoded) (err error) {
	if len(frames) > 1 {
		c.batch.hold()
		defer func() { err = errors.Join(err, c.batch.release()) }()
	}
	for _, frame := range frames {
		if err := c.ws.SetWriteDeadline(c.deadAt()); err != nil {
			return err
		}
		if err := c.ws.WriteMessage(websocket.TextMessage, frame.text.Bytes()); err != nil {
			return err
		}
		frame.free()
	}
	return nil
}

// writeLast empties the queue and starts the closing handshake; the reading
// goroutine sees its end. Send adds nothing once finish is closed.
func (c *Conn) writeLast() {
	if _, err := c.writeQueue(nil); err != nil {
		c.end(ErrDead)
		return
	}
	if err := c.ws.WriteControl(websocket.CloseMessage, c.closeBody, c.deadAt()); err != nil {
		c.end(transportReason(err))
	}
}
