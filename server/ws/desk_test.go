package ws

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"tsunagi/server"
	"tsunagi/server/board"
	"tsunagi/shared/message"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

// desk is the calls: each waits in its send window for its operator's order.
type desk struct {
	board *board.Board

	mu      sync.Mutex
	windows map[ivr.CallID]ivr.UserKey
	bound   []string // calls with their transaction IDs, in order
	asked   []string
	against map[known]string
	slow    chan struct{} // is sent to when the order SLOW is looked up, which then hangs; nil: none
	fault   error         // answers every order
	gate    chan struct{} // holds every order until closed; nil: none
	arrived chan struct{} // is sent to when an order is held
}

// open begins a call in its send window.
func (d *desk) open(operator ivr.UserKey, call ivr.CallID) {
	d.mu.Lock()
	d.windows[call] = operator
	d.mu.Unlock()
	d.board.Put(operator, wire.Call{ID: string(call), OperatorID: string(operator.User), State: wire.StateSendWindow})
}

func (d *desk) SendOrder(ctx context.Context, operator ivr.UserKey, call ivr.CallID, form order.Form) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.gate != nil {
		gate := d.gate
		d.mu.Unlock()
		d.arrived <- struct{}{}
		<-gate
		d.mu.Lock()
	}
	if d.fault != nil {
		return d.fault
	}
	o, refusals := order.Parse(form, order.Rules{MemberID: true, PaymentCountChoice: true})
	if len(refusals) > 0 {
		return &ivr.Error{Code: wire.CodeOrderRefused, Message: refusals[0].Message, Refusals: refusals}
	}
	if d.windows[call] != operator {
		return &ivr.Error{Code: wire.CodeNoWindow, MessageID: string(message.F303), Message: message.F303.Text()}
	}
	delete(d.windows, call)
	d.bound = append(d.bound, fmt.Sprintf("%s %s", call, o.TransactionID))
	d.board.Put(operator, wire.Call{
		ID: string(call), OperatorID: string(operator.User), State: wire.StateHandover, TransactionID: o.TransactionID,
	})
	return ctx.Err()
}

func (d *desk) Ask(_ context.Context, operator ivr.UserKey, call ivr.CallID, what wire.Request) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.windows[call] != operator {
		return &ivr.Error{Code: wire.CodeNotAllowed, Message: "not now"}
	}
	d.asked = append(d.asked, fmt.Sprintf("%s %s", call, what))
	return nil
}

func (d *desk) orders() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return strings.Join(d.bound, ", ")
}

// hold keeps every order from being answered until release.
func (d *desk) hold() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.gate, d.arrived = make(chan struct{}), make(chan struct{}, 16)
}

func (d *desk) release() {
	d.mu.Lock()
	defer d.mu.Unlock()
	close(d.gate)
	d.gate = nil
}

func (d *desk) fail(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fault = err
}
