package main

import (
	"context"
	"fmt"
	"time"

	"tsunagi/server"
	"tsunagi/server/audit"
	"tsunagi/server/call"
	"tsunagi/server/ws"
	"tsunagi/shared/message"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

// chronicle writes down what calls write down, and tells the audit log (security.md L1):
// the order, each step, the authorization and its result, the end.
type chronicle struct {
	call.Book
	tell func(audit.Event)
}

// PutOrder is call.Book's.
func (c chronicle) PutOrder(ctx context.Context, id ivr.CallID, operator ivr.UserKey, o order.Order, at time.Time) error {
	err := c.Book.PutOrder(ctx, id, operator, o, at)
	c.tell(audit.Event{
		Kind: audit.OrderSent, Result: resultOf(err), Who: operator, Object: string(id),
		Detail: fmt.Sprintf("transaction %s, %d yen, %s", o.TransactionID, o.Amount, o.PaymentCount),
	})
	return err
}

// AppendRows is call.Book's.
func (c chronicle) AppendRows(ctx context.Context, rows ...ivr.Row) error {
	err := c.Book.AppendRows(ctx, rows...)
	c.tellRows(rows, err)
	return err
}

// tellRows tells of steps: of a result with its code.
func (c chronicle) tellRows(rows []ivr.Row, err error) {
	for _, row := range rows {
		c.tell(stepOf(row, err))
	}
}

func stepOf(row ivr.Row, err error) audit.Event {
	event := audit.Event{Kind: audit.CallStep, Result: resultOf(err), Who: row.Operator, Object: string(row.Call), Detail: row.Point}
	if result, ok := authorized[message.Point(row.Point)]; ok {
		event.Kind, event.Result = audit.Authorized, result
		event.Detail = fmt.Sprintf("transaction %s: %s %s", row.TransactionID, row.Code, row.Message)
	}
	return event
}

// authorized are the points of an authorization's result.
var authorized = map[message.Point]audit.Result{
	message.AuthorizedOK: audit.OK, message.AuthorizedNG: audit.Refused, message.AuthorizedOnHold: audit.Unknown,
}

// PutRecord is call.Book's.
func (c chronicle) PutRecord(ctx context.Context, record ivr.Record, last ...ivr.Row) error {
	err := c.Book.PutRecord(ctx, record, last...)
	detail := string(record.End)
	if record.Outcome != "" {
		detail += ", payment " + string(record.Outcome)
	}
	c.tell(audit.Event{Kind: audit.CallEnded, Result: resultOf(err), Who: record.Operator, Object: string(record.ID), Detail: detail})
	c.tellRows(last, err)
	return err
}

func resultOf(err error) audit.Result {
	if err != nil {
		return audit.Failed
	}
	return audit.OK
}

// askedCalls tells the audit log what operators ask of their calls.
type askedCalls struct {
	ws.Calls
	tell func(audit.Event)
}

// Ask is ws.Calls's.
func (a askedCalls) Ask(ctx context.Context, operator ivr.UserKey, id ivr.CallID, what wire.Request) error {
	err := a.Calls.Ask(ctx, operator, id, what)
	event := audit.Event{Kind: audit.CallAsked, Result: audit.OK, Who: operator, Object: string(id), Detail: string(what)}
	if err != nil {
		event.Result = audit.Refused
	}
	a.tell(event)
	return err
}
