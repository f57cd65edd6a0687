package ws

import (
	"context"
	"slices"
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
	wire.KindInquire: true, wire.KindCheck: true, wire.KindEnrolOneTimeCode: true, wire.KindConfirmOneTimeCode: true, wire.KindLock: true,
	wire.KindUnlock: true, wire.KindListUsers: true, wire.KindForceLogout: true,
}

// roles are who may ask what; a kind that is not here is everybody's.
var roles = map[wire.Kind][]ivr.Role{
	wire.KindSendOrder:   {ivr.RoleOperator},
	wire.KindAsk:         {ivr.RoleOperator},
	wire.KindInquire:     {ivr.RoleOperator},
	wire.KindCheck:       {ivr.RoleOperator},
	wire.KindListUsers:   {ivr.RoleSupervisor, ivr.RoleAuditor},
	wire.KindForceLogout: {ivr.RoleSupervisor},
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
	case frame.Kind == wire.KindLogout:
		return nil
	}
	return admitted(c.seat.Grant(), frame.Kind)
}

// admitted tells whether who is logged in may ask that now.
func admitted(grant identity.Grant, kind wire.Kind) error {
	blocked := grant.Blocked()
	switch {
	case blocked != nil && blocked.Code == wire.CodeScreenLocked:
		if kind == wire.KindLock || kind == wire.KindUnlock || kind == wire.KindGetSnapshot && grant.Ready() {
			return nil
		}
		return blocked
	case kind == wire.KindSetPassword:
		return nil
	case kind == wire.KindEnrolOneTimeCode, kind == wire.KindConfirmOneTimeCode:
		if grant.PasswordMustChange {
			return blocked
		}
		return nil // identity knows whether there is anything to enrol
	case blocked != nil:
		return blocked
	}
	if allowed, bound := roles[kind]; bound && !slices.Contains(allowed, grant.User.Role) {
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
	case wire.KindEnrolOneTimeCode:
		return c.enrolOneTimeCode(request, frame)
	case wire.KindConfirmOneTimeCode:
		return c.confirmOneTimeCode(ctx, request, frame)
	case wire.KindLock:
		return c.lock(request, frame)
	case wire.KindUnlock:
		return c.unlock(ctx, request, frame)
	case wire.KindListUsers:
		return c.listUsers(request, frame)
	case wire.KindForceLogout:
		return c.forceLogout(request, frame)
	case wire.KindSendOrder:
		return c.sendOrder(request, frame)
	case wire.KindAsk:
		return c.ask(request, frame)
	case wire.KindInquire:
		return c.inquire(frame)
	case wire.KindCheck:
		return c.check(frame)
	case wire.KindGetSnapshot:
		if !c.pushing {
			return errNotAllowed
		}
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
	c.sendSession(ctx, frame)
	return nil
}

// sendSession answers with the session as it is now, in which more may be allowed.
func (c *connection) sendSession(ctx context.Context, frame wire.Frame) {
	c.telling.Lock()
	c.send(wire.KindSession, frame.ID, sessionOf(c.seat.Grant(), c.server.Version))
	c.telling.Unlock()
	c.goLive(ctx)
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
