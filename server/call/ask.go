package call

import (
	"context"
	"fmt"

	"tsunagi/server"
	"tsunagi/server/flow"
	"tsunagi/shared/message"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

// errNoWindow answers an order for which no call waits (F303).
var errNoWindow = &ivr.Error{Code: wire.CodeNoWindow, MessageID: string(message.F303), Message: message.F303.Text()}

// SendOrder hands an order to a call of the operator's own that is in its send
// window, and returns when the order is written down and bound. Errors for the
// person are *ivr.Error: refused fields, or no window (F303).
func (d *Desk) SendOrder(ctx context.Context, operator ivr.UserKey, id ivr.CallID, form order.Form) error {
	c, ok := d.find(operator, id)
	if !ok {
		return errNoWindow
	}
	o, refusals := order.Parse(form, c.merchant.OrderRules())
	if len(refusals) > 0 {
		return refused(refusals...)
	}
	if err := d.Payable(ctx, operator.Merchant, o.TransactionID); err != nil {
		return err
	}
	return c.request(ctx, func(reply chan<- error) any { return orderSent{o, reply} }, errNoWindow)
}

// Payable refuses an order that is paid, or that may be: nobody is to key a card for
// an order that cannot be charged again.
func (d *Desk) Payable(ctx context.Context, merchant ivr.MerchantID, id order.TransactionID) error {
	paid, err := d.Payments.Paid(ctx, merchant, id)
	if err != nil {
		return fmt.Errorf("look up whether the order is paid: %w", err)
	}
	if paid {
		return refused(order.Refusal{Field: order.FieldTransactionID, Message: order.AlreadyPaid})
	}
	open, err := d.Payments.Open(ctx, merchant, id)
	if err != nil {
		return fmt.Errorf("look up whether the order is open: %w", err)
	}
	if open {
		e := refused(order.Refusal{Field: order.FieldTransactionID, Message: message.W406.Text()})
		e.MessageID = string(message.W406)
		return e
	}
	return nil
}

// Ask carries out one of the operator's buttons on a live call of the operator's own.
func (d *Desk) Ask(ctx context.Context, operator ivr.UserKey, id ivr.CallID, what wire.Request) error {
	c, ok := d.find(operator, id)
	if !ok {
		return errNotNow
	}
	return c.request(ctx, func(reply chan<- error) any { return asked{flow.Request(what), reply} }, errNotNow)
}

// errNotNow answers a button that does not fit the call's state any more.
var errNotNow = &ivr.Error{Code: wire.CodeNotAllowed, Message: "この通話では、いまは操作できません。"}

func refused(refusals ...order.Refusal) *ivr.Error {
	return &ivr.Error{Code: wire.CodeOrderRefused, Message: refusals[0].Message, Refusals: refusals}
}

// request puts a question to the call's goroutine and waits for its answer, which is
// gone where the call has ended first.
func (c *Call) request(ctx context.Context, ask func(chan<- error) any, gone error) error {
	reply := make(chan error, 1)
	if !c.post(ask(reply)) {
		return gone
	}
	select {
	case err := <-reply:
		return err
	case <-ctx.Done():
		return fmt.Errorf("wait for the call: %w", ctx.Err())
	case <-c.ended:
		select {
		case err := <-reply: // both were ready
			return err
		default:
			return gone
		}
	}
}
