package server

import (
	"context"
	"log/slog"
	"time"

	"tsunagi/shared/link"
	"tsunagi/shared/wire"
)

// offsetStepMs is the smallest change of the clock's offset worth telling: the
// screens count seconds.
const offsetStepMs = 20

// receive handles every frame until the connection is over. It tells whether the
// server logged the user out.
func (c *Client) receive(address string, n *connection) (loggedOut bool) {
	defer close(n.over)
	for {
		frame, err := n.conn.Receive()
		if err == nil {
			err = c.handle(address, n, frame)
			loggedOut = loggedOut || frame.Kind == wire.KindLoggedOut
		} else if n.conn.Err() != nil {
			return loggedOut
		}
		if err != nil {
			// A server that does not keep to the API is left; a new connection
			// starts from a snapshot.
			c.log.Error("frame from server", slog.Any("error", err))
			n.conn.Close(link.ClosePolicy, "bad frame")
			return loggedOut
		}
	}
}

// handle takes one frame. An error is about the frame.
func (c *Client) handle(address string, n *connection, frame wire.Frame) error {
	switch frame.Kind {
	case wire.KindSession:
		err := take(frame, func(session wire.Session) { c.enter(address, session) })
		n.answer(frame)
		return err
	case wire.KindSnapshot:
		return take(frame, func(snapshot wire.Snapshot) { c.show(n, &snapshot) })
	case wire.KindChange:
		return take(frame, func(change wire.Change) { c.showChange(n, change) })
	case wire.KindHeartbeat:
		return take(frame, c.setClock)
	case wire.KindSettings:
		return take(frame, c.settle)
	case wire.KindLoggedOut:
		return take(frame, func(loggedOut wire.LoggedOut) { c.forgetSession(address, &loggedOut) })
	case wire.KindError:
		if frame.ID != 0 && frame.ID == n.snapshotID {
			return &link.BadFrame{ID: frame.ID, Problem: "no snapshot"}
		}
	}
	n.answer(frame)
	return nil
}

func take[T any](frame wire.Frame, use func(T)) error {
	body, err := link.Decode[T](frame)
	if err == nil {
		use(body)
	}
	return err
}

// show takes a snapshot, and the changes that waited for it.
func (c *Client) show(n *connection, snapshot *wire.Snapshot) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state.Session == nil {
		return // pushed before the logout arrived
	}
	changes := c.picture.replace(snapshot)
	c.options.Notify(Event{Snapshot: snapshot})
	for i := range changes {
		c.options.Notify(Event{Change: &changes[i]})
	}
	if c.picture.asked {
		c.askSnapshot(n)
	}
}

func (c *Client) showChange(n *connection, change wire.Change) {
	c.mu.Lock()
	defer c.mu.Unlock()
	asked := c.picture.asked
	if c.picture.add(change) {
		c.options.Notify(Event{Change: &change})
	}
	if c.picture.asked && !asked {
		c.askSnapshot(n)
	}
}

// askSnapshot need not look whether it can: a connection on which nothing can be
// sent is over, and the next one begins with a snapshot.
func (c *Client) askSnapshot(n *connection) {
	c.log.Warn("gap in the changes", slog.Int64("have", c.picture.snapshot.Seq))
	n.snapshotID, _ = n.tell(wire.KindGetSnapshot, nil)
}

// settle takes over what an administrator has changed of the session.
func (c *Client) settle(settings wire.Settings) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state.Session == nil {
		return // pushed before the logout arrived
	}
	session := *c.state.Session
	session.User, session.Merchant, session.IdleLockSeconds = settings.User, settings.Merchant, settings.IdleLockSeconds
	c.state.Session = &session
	c.options.Notify(Event{Session: &session})
}

func (c *Client) setClock(beat wire.Heartbeat) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clock.add(time.UnixMilli(beat.SentAtMs), time.UnixMilli(beat.ServerAtMs), time.Now().Round(0))
	offset := c.clock.offset().Milliseconds()
	if step := offset - c.state.Link.OffsetMs; step >= offsetStepMs || step <= -offsetStepMs {
		c.state.Link.OffsetMs = offset
		c.tellLinkLocked()
	}
}

// beat sends heartbeats, and says goodbye when ctx ends.
func (c *Client) beat(ctx context.Context, address string, n *connection) {
	ticker := time.NewTicker(beatEvery)
	defer ticker.Stop()
	for {
		if _, err := n.tell(wire.KindHeartbeat, wire.Heartbeat{SentAtMs: time.Now().UnixMilli()}); err != nil {
			return // the receiving goroutine sees the end too
		}
		c.tidy(address)
		select {
		case <-ticker.C:
		case <-n.over:
			return
		case <-ctx.Done():
			n.conn.Close(link.CloseGoingAway, "quit")
			return
		}
	}
}
