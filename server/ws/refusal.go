package ws

import (
	"context"
	"crypto/rand"
	"errors"

	"tsunagi/server"
	"tsunagi/shared/link"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

// The refusals of this package: E309, a request to the server has failed.
var (
	errBadRequest  = failed(wire.CodeBadRequest)
	errSessionLost = failed(wire.CodeSessionLost)
	errNotAllowed  = failed(wire.CodeNotAllowed)
	errUnavailable = failed(wire.CodeUnavailable)
	errNotLoggedIn = &ivr.Error{Code: wire.CodeNotAllowed, Message: message.NotLoggedIn}
)

func failed(code wire.Code) *ivr.Error {
	return &ivr.Error{Code: code, MessageID: string(message.E309), Message: message.E309.Text()}
}

// refuse answers a request that was not carried out.
func (c *connection) refuse(ctx context.Context, frame wire.Frame, err error) {
	var person *ivr.Error
	var bad *link.BadFrame
	switch {
	case errors.As(err, &person):
		c.log.Load().Debug("request refused", "kind", named(frame.Kind), "code", person.Code)
	case errors.As(err, &bad):
		c.log.Load().Warn("bad body", "kind", named(frame.Kind), "error", bad)
		person = errBadRequest
	case errors.Is(ctx.Err(), context.Canceled):
		c.log.Load().Debug("desktop gone before its answer", "kind", named(frame.Kind), "error", err)
		return
	case ctx.Err() != nil:
		c.log.Load().Error("request took too long", "kind", named(frame.Kind), "error", err)
		person = errUnavailable
	default:
		reference := rand.Text()[:8]
		c.log.Load().Error("request failed", "kind", named(frame.Kind), "reference", reference, "error", err)
		c.sendError(frame.ID, failed(wire.CodeInternal), reference)
		return
	}
	c.sendError(frame.ID, person, "")
}

// named is a kind for the log. One that is none may be anything, and is not
// repeated.
func named(kind wire.Kind) wire.Kind {
	if requests[kind] {
		return kind
	}
	return "unknown"
}

func (c *connection) sendError(id int64, e *ivr.Error, reference string) {
	c.send(wire.KindError, id, wire.Error{
		Code: e.Code, MessageID: e.MessageID, Message: e.Message, Refusals: e.Refusals, Reference: reference,
	})
}
