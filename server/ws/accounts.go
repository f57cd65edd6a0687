package ws

import (
	"context"
	"errors"

	"tsunagi/server"
	"tsunagi/server/audit"
	"tsunagi/server/identity"
	"tsunagi/shared/link"
	"tsunagi/shared/wire"
)

func (c *connection) enrolOneTimeCode(request context.Context, frame wire.Frame) error {
	secret, err := c.server.Identity.EnrolOneTimeCode(request, c.seat)
	if err != nil {
		return err
	}
	c.send(wire.KindOneTimeCodeSecret, frame.ID, secret)
	return nil
}

func (c *connection) confirmOneTimeCode(ctx, request context.Context, frame wire.Frame) error {
	body, err := link.Decode[wire.ConfirmOneTimeCode](frame)
	if err != nil {
		return err
	}
	if err := c.server.Identity.ConfirmOneTimeCode(request, c.seat, body); err != nil {
		return err
	}
	c.sendSession(ctx, frame)
	return nil
}

func (c *connection) lock(request context.Context, frame wire.Frame) error {
	if err := c.server.Identity.Lock(request, c.seat); err != nil {
		return err
	}
	c.send(wire.KindDone, frame.ID, nil)
	return nil
}

func (c *connection) unlock(ctx, request context.Context, frame wire.Frame) error {
	body, err := link.Decode[wire.Unlock](frame)
	if err != nil {
		return err
	}
	if err := c.server.Identity.Unlock(request, c.seat, body); err != nil {
		return err
	}
	c.sendSession(ctx, frame)
	return nil
}

func (c *connection) listUsers(request context.Context, frame wire.Frame) error {
	roster, err := c.server.Identity.Roster(request, c.seat.Grant().User.Key.Merchant)
	if err != nil {
		return err
	}
	users := wire.Users{Users: make([]wire.UserState, 0, len(roster))}
	for _, entry := range roster {
		users.Users = append(users.Users, userStateOf(entry))
	}
	c.send(wire.KindUsers, frame.ID, users)
	return nil
}

func userStateOf(entry identity.Entry) wire.UserState {
	state := wire.UserState{
		User: userOf(entry.User), Presence: entry.Presence, Locked: entry.Locked, Disabled: entry.User.Disabled,
	}
	if !entry.Since.IsZero() {
		state.SinceMs = entry.Since.UnixMilli()
	}
	return state
}

// forceLogout ends the session of another user of the supervisor's own merchant.
func (c *connection) forceLogout(request context.Context, frame wire.Frame) error {
	body, err := link.Decode[wire.ForceLogout](frame)
	if err != nil {
		return err
	}
	own := c.seat.Grant().User.Key
	other := ivr.UserKey{Merchant: own.Merchant, User: ivr.UserID(body.UserID)}
	if other == own {
		return errNotAllowed
	}
	err = c.server.Identity.ForceLogout(request, audit.Actor{Who: own, Source: c.source.String()}, other)
	if errors.Is(err, ivr.ErrNotFound) {
		return errNotLoggedIn
	}
	if err != nil {
		return err
	}
	c.send(wire.KindDone, frame.ID, nil)
	return nil
}
