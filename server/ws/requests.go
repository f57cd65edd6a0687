package ws

import (
	"context"
	"time"

	"tsunagi/server"
	"tsunagi/server/identity"
	"tsunagi/shared/link"
	"tsunagi/shared/wire"
)

// requestTimeout bounds the work for one request: less than the desktop waits.
const requestTimeout = 8 * time.Second

// longestKey bounds an idempotency key in bytes.
const longestKey = 128

// requests are the kinds that a desktop sends.
var requests = map[wire.Kind]bool{
	wire.KindLogin: true, wire.KindResume: true, wire.KindLogout: true, wire.KindSetPassword: true,
	wire.KindSendOrder: true, wire.KindAsk: true, wire.KindGetSnapshot: true, wire.KindHeartbeat: true,
	wire.KindInquire: true,
}

// handle answers one request.
func (c *connection) handle(ctx context.Context, frame wire.Frame) {
	request, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	if c.seat != nil {
		if err := c.seat.Heard(request); err != nil {
			c.log.Load().Error("confirm a token", "error", err)
		}
	}
	err := c.admit(frame)
	if err == nil {
		err = c.answer(ctx, request, frame)
	}
	if err != nil {
		c.refuse(request, frame, err)
	}
}

// admit tells whether the connection's state has an answer to the request: the
// table in doc.go.
func (c *connection) admit(frame wire.Frame) error {
	switch {
	case frame.ID == 0 || !requests[frame.Kind]:
		return errBadRequest
	case frame.Kind == wire.KindHeartbeat:
		return nil
	case frame.Kind == wire.KindLogin || frame.Kind == wire.KindResume:
		if c.seat != nil {
			return errNotAllowed
		}
		return nil
	case c.seat == nil || c.seat.Err() != nil:
		return errSessionLost
	case frame.Kind == wire.KindLogout || frame.Kind == wire.KindSetPassword:
		return nil
	case !c.pushing:
		return errPasswordRequired
	case frame.Kind != wire.KindGetSnapshot && c.seat.Grant().User.Role != ivr.RoleOperator:
		return errNotAllowed
	}
	return nil
}

// answer carries out a request that was admitted and answers it, unless it returns
// an error. request bounds the work, ctx what goes on after it.
func (c *connection) answer(ctx, request context.Context, frame wire.Frame) error {
	switch frame.Kind {
	case wire.KindHeartbeat:
		return c.heartbeat(frame)
	case wire.KindLogin:
		body, err := link.Decode[wire.Login](frame)
		if err != nil {
			return err
		}
		seat, err := c.server.Identity.Login(request, body, c.source)
		return c.enter(ctx, frame, seat, err)
	case wire.KindResume:
		body, err := link.Decode[wire.Resume](frame)
		if err != nil {
			return err
		}
		seat, err := c.server.Identity.Resume(request, body, c.source)
		return c.enter(ctx, frame, seat, err)
	case wire.KindLogout:
		return c.logout(request, frame)
	case wire.KindSetPassword:
		return c.setPassword(ctx, request, frame)
	case wire.KindSendOrder:
		return c.sendOrder(request, frame)
	case wire.KindAsk:
		return c.ask(request, frame)
	case wire.KindInquire:
		return c.inquire(frame)
	case wire.KindGetSnapshot:
		c.askSnapshot(frame.ID)
		return nil
	}
	return errBadRequest
}

func (c *connection) heartbeat(frame wire.Frame) error {
	beat, err := link.Decode[wire.Heartbeat](frame)
	if err != nil {
		return err
	}
	beat.ServerAtMs = time.Now().UnixMilli()
	c.send(wire.KindHeartbeat, frame.ID, beat)
	return nil
}

// enter answers a login or a resume that gave a seat.
func (c *connection) enter(ctx context.Context, frame wire.Frame, seat *identity.Seat, err error) error {
	if err != nil {
		return err
	}
	c.send(wire.KindSession, frame.ID, sessionOf(seat.Grant(), c.server.Version))
	c.take(ctx, seat)
	return nil
}

func (c *connection) logout(request context.Context, frame wire.Frame) error {
	if err := c.seat.Logout(request); err != nil {
		return err
	}
	c.unseat()
	c.send(wire.KindDone, frame.ID, nil)
	return nil
}

func (c *connection) setPassword(ctx, request context.Context, frame wire.Frame) error {
	body, err := link.Decode[wire.SetPassword](frame)
	if err != nil {
		return err
	}
	if err := c.server.Identity.SetPassword(request, c.seat, body); err != nil {
		return err
	}
	c.send(wire.KindSession, frame.ID, sessionOf(c.seat.Grant(), c.server.Version))
	c.goLive(ctx)
	return nil
}

func (c *connection) sendOrder(request context.Context, frame wire.Frame) error {
	body, err := link.Decode[wire.SendOrder](frame)
	if err != nil {
		return err
	}
	if body.Key == "" || len(body.Key) > longestKey {
		return errBadRequest
	}
	operator, call := c.seat.Grant().User.Key, ivr.CallID(body.CallID)
	err = c.server.once(request, orderKey{operator, call, body.Key}, func(ctx context.Context) error {
		err := c.server.Calls.SendOrder(ctx, operator, call, body.Form)
		if err == nil {
			c.log.Load().Info("order sent", "call", call)
		}
		return err
	})
	if err != nil {
		return err
	}
	c.send(wire.KindOrderSent, frame.ID, wire.OrderSent{CallID: body.CallID})
	return nil
}

func (c *connection) ask(request context.Context, frame wire.Frame) error {
	body, err := link.Decode[wire.Ask](frame)
	if err != nil {
		return err
	}
	if body.What != wire.RequestAgain && body.What != wire.RequestAbort {
		return errBadRequest
	}
	operator, call := c.seat.Grant().User.Key, ivr.CallID(body.CallID)
	if err := c.server.Calls.Ask(request, operator, call, body.What); err != nil {
		return err
	}
	c.log.Load().Info("asked of a call", "call", call, "what", body.What)
	c.send(wire.KindDone, frame.ID, nil)
	return nil
}
