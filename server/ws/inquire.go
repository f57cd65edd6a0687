package ws

import (
	"context"
	"errors"

	"tsunagi/server"
	"tsunagi/shared/link"
	"tsunagi/shared/wire"
)

// inquiriesMost is how many inquiries of one desktop may be under way.
const inquiriesMost = 4

// inquire begins to ask what became of an order (照会). The acquirer may take
// seconds, in which an order must still get through: the answer comes aside.
func (c *connection) inquire(frame wire.Frame) error {
	body, err := link.Decode[wire.Inquire](frame)
	if err != nil {
		return err
	}
	select {
	case c.inquiries <- struct{}{}:
	default:
		return errUnavailable
	}
	operator := c.seat.Grant().User.Key
	c.aside(func(ctx context.Context) {
		defer func() { <-c.inquiries }()
		request, cancel := context.WithTimeout(ctx, requestTimeout)
		defer cancel()
		attempt, err := c.server.Payments.Inquire(request, operator.Merchant, body.TransactionID)
		// An operator learns nothing of the orders of others, not even that they are there.
		if errors.Is(err, ivr.ErrNotFound) || err == nil && attempt.Operator != operator {
			err = errNotAllowed
		}
		if err != nil {
			c.refuse(request, frame, err)
			return
		}
		c.log.Load().Info("inquired about an order", "call", attempt.Call, "outcome", attempt.Outcome())
		c.send(wire.KindInquired, frame.ID, inquiredOf(attempt))
	})
	return nil
}

// inquiredOf is an attempt as the operator learns of it. What was not asked of the
// acquirer has no time.
func inquiredOf(attempt ivr.Attempt) wire.Inquired {
	inquired := wire.Inquired{
		TransactionID: attempt.Order.TransactionID,
		Outcome:       wire.Outcome(attempt.Outcome()), // spelled alike
		Code:          attempt.ShortCode(),
		Message:       attempt.Message,
	}
	if !attempt.InquiredAt.IsZero() {
		inquired.AtMs = attempt.InquiredAt.UnixMilli()
	}
	return inquired
}
