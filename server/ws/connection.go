package ws

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"

	"tsunagi/server"
	"tsunagi/server/board"
	"tsunagi/server/identity"
	"tsunagi/shared/link"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

// connection is one desktop. Its fields belong to the goroutine of serve, but for
// those that are guarded.
type connection struct {
	server *Server
	link   *link.Conn
	source netip.Addr
	log    atomic.Pointer[slog.Logger] // names the source, and the user while there is one

	seat     *identity.Seat              // nil: no one has logged in
	stop     func()                      // ends the goroutines of the seat, and waits for them
	aside    func(func(context.Context)) // works beside the requests, until the seat is left
	pushing  bool                        // the board is being pushed: the connection is live
	badFrame bool                        // one was logged; the rest are not

	inquiries chan struct{} // a place for each that is under way

	// telling makes reading the grant and sending it one step, so that what was read
	// earlier is not sent later.
	telling sync.Mutex

	mu           sync.Mutex
	subscription *board.Subscription
	pushed       chan struct{} // closed when nothing of the subscription is pushed any more
	snapshotIDs  []int64       // requests that the next snapshot answers
}

// serve reads and answers until the connection is over, which also ends the work
// for a request of it.
func (c *connection) serve(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	var ending sync.WaitGroup
	ending.Go(func() {
		<-c.link.Done()
		cancel()
	})
	defer ending.Wait()
	for {
		frame, err := c.link.Receive()
		var bad *link.BadFrame
		if err != nil && !errors.As(err, &bad) {
			break
		}
		if err == nil {
			c.handle(ctx, frame)
			continue
		}
		if !c.badFrame {
			c.badFrame = true
			c.log.Load().Warn("bad frame", "error", bad)
		}
		c.refuse(ctx, wire.Frame{ID: bad.ID}, errBadRequest)
	}
	reason := c.link.Err()
	if errors.Is(reason, link.ErrTooLarge) || errors.Is(reason, link.ErrSlow) {
		c.log.Load().Warn("desktop cut off", "reason", reason)
	} else {
		c.log.Load().Debug("connection over", "reason", reason)
	}
	c.over(context.WithoutCancel(ctx))
}

// over leaves the session as what happened asks for: lost, unless it is the server
// that has ended the connection.
func (c *connection) over(ctx context.Context) {
	if c.seat != nil && !c.server.isClosing() {
		if err := c.seat.Lost(ctx); err != nil {
			c.log.Load().Error("note a lost connection", "error", err)
		}
	}
	c.unseat()
	c.close(link.CloseNormal, "")
}

// close closes the link. That it could not say farewell is no one's business: the
// desktop sees the end either way.
func (c *connection) close(code int, reason string) {
	if err := c.link.Close(code, reason); err != nil {
		c.log.Load().Debug("close", "error", err)
	}
}

// sendOff closes the connection of a server that is stopping. What is on the board by now
// comes first: the last row of the call that the server waited for.
func (c *connection) sendOff() {
	c.mu.Lock()
	subscription, pushed := c.subscription, c.pushed
	c.mu.Unlock()
	if subscription != nil {
		subscription.Finish()
		<-pushed
	}
	c.close(closeRestart, "server is stopping")
}

// take makes the connection that of a seat. The session has been sent.
func (c *connection) take(ctx context.Context, seat *identity.Seat) {
	ctx, cancel := context.WithCancel(ctx)
	var watching sync.WaitGroup
	c.seat = seat
	c.log.Store(c.log.Load().With("user", seat.Grant().User.Key.String()))
	c.stop = func() {
		cancel()
		watching.Wait()
	}
	c.aside = func(work func(context.Context)) { watching.Go(func() { work(ctx) }) }
	c.server.setWaiting(c, false)
	watching.Go(func() { c.watch(ctx, seat) })
	c.goLive(ctx)
}

// goLive starts to push the board where nothing else must come first.
func (c *connection) goLive(ctx context.Context) {
	grant := c.seat.Grant()
	if c.pushing || !grant.Ready() {
		return
	}
	c.pushing = true
	subscription := c.server.Board.Subscribe(filterOf(grant))
	pushed := make(chan struct{})
	c.mu.Lock()
	c.subscription, c.pushed = subscription, pushed
	c.mu.Unlock()
	c.showRows(c.seat) // where monitoring was switched meanwhile, tellSettings did not see the subscription
	var pushing sync.WaitGroup
	pushing.Go(func() {
		defer close(pushed)
		c.push(ctx, subscription)
	})
	stop := c.stop
	c.stop = func() {
		subscription.Close()
		pushing.Wait()
		stop()
	}
}

// unseat goes back to waiting for a login.
func (c *connection) unseat() {
	if c.seat == nil {
		return
	}
	c.stop()
	c.seat, c.stop, c.aside, c.pushing = nil, nil, nil, false
	c.mu.Lock()
	c.subscription, c.snapshotIDs = nil, nil
	c.mu.Unlock()
	c.log.Store(c.server.Log.With("source", c.source))
	c.server.setWaiting(c, true)
}

// watch tells what an administrator changes, and waits for the session's end. One that
// this connection asked for is its own business; else the connection goes too.
func (c *connection) watch(ctx context.Context, seat *identity.Seat) {
	for ended := false; !ended; {
		select {
		case <-ctx.Done():
			return
		case <-seat.Changed():
			c.tellSettings(seat)
		case <-seat.Ended():
			ended = true
		}
	}
	switch err := seat.Err(); {
	case errors.Is(err, identity.ErrForced):
		c.send(wire.KindLoggedOut, 0, wire.LoggedOut{Message: message.ForcedLogout})
		c.close(link.CloseNormal, "logged out")
	case errors.Is(err, identity.ErrSource):
		c.send(wire.KindLoggedOut, 0, wire.LoggedOut{Message: message.AccessRestricted})
		c.close(link.CloseNormal, "logged out")
	case errors.Is(err, identity.ErrReplaced):
		c.close(link.ClosePolicy, "resumed by another connection")
	}
}

// tellSettings tells the desktop what an administrator has changed of its session.
func (c *connection) tellSettings(seat *identity.Seat) {
	c.telling.Lock()
	c.send(wire.KindSettings, 0, settingsOf(seat.Grant()))
	c.telling.Unlock()
	c.showRows(seat)
}

// showRows lets the monitoring's rows through, or not, as the merchant has it now.
func (c *connection) showRows(seat *identity.Seat) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.subscription != nil {
		c.subscription.ShowRows(filterOf(seat.Grant()).Rows)
	}
}

// push sends the board as it is and as it changes.
func (c *connection) push(ctx context.Context, subscription *board.Subscription) {
	for {
		update, err := subscription.Next(ctx)
		if err != nil {
			return // unseated, or all is told
		}
		if update.Change != nil {
			c.send(wire.KindChange, 0, update.Change)
			continue
		}
		for _, id := range c.takeSnapshotIDs() {
			c.send(wire.KindSnapshot, id, update.Snapshot)
		}
	}
}

// takeSnapshotIDs lists the requests that a snapshot answers; where there is none
// it is pushed, with number 0.
func (c *connection) takeSnapshotIDs() []int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	ids := c.snapshotIDs
	c.snapshotIDs = nil
	if len(ids) == 0 {
		return []int64{0}
	}
	return ids
}

// askSnapshot makes the next update a snapshot that answers the request. It comes
// between the changes, so that their numbers go on from it.
func (c *connection) askSnapshot(id int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.snapshotIDs = append(c.snapshotIDs, id)
	c.subscription.Restart()
}

// send queues a frame. Where that fails the connection is over, which the reading
// goroutine sees; a body without a JSON form would be a fault of this program.
func (c *connection) send(kind wire.Kind, id int64, body any) {
	if err := c.link.Send(kind, id, body); err != nil && c.link.Err() == nil {
		c.log.Load().Debug("not sent", "kind", kind, "error", err)
	}
}

// filterOf is what a user may see (product.md section 5).
func filterOf(grant identity.Grant) board.Filter {
	key := grant.User.Key
	filter := board.Filter{Merchant: key.Merchant, Operator: key.User, Rows: grant.Merchant.Monitoring}
	if grant.User.Role != ivr.RoleOperator {
		filter.Operator = ""
	}
	return filter
}
