package call

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"tsunagi/server"
	"tsunagi/server/flow"
)

// Refusal is why a call is not taken. Whoever speaks SIP turns it into a status.
type Refusal string

// The refusals (product.md section 6, 1).
const (
	UnknownNumber Refusal = "unknown number"
	LoggedOut     Refusal = "operator is not logged in"
	Busy          Refusal = "operator has a call in the send window or handover"
	AtCapacity    Refusal = "server is at capacity"
	Draining      Refusal = "server is stopping"
	Fault         Refusal = "server cannot read its database"
)

// Error makes a refusal the error of Admit.
func (r Refusal) Error() string { return string(r) }

// Admit decides about a call to an IVR number, digits only. It keeps nothing: the
// place is taken by Run. An error is a Refusal.
func (d *Desk) Admit(ctx context.Context, number, caller string) (*Call, error) {
	if refusal := d.crowded(); refusal != "" {
		return nil, refusal
	}
	operator, err := d.Directory.UserByIVRNumber(ctx, number)
	switch {
	case errors.Is(err, ivr.ErrNotFound):
		return nil, UnknownNumber
	case err != nil:
		d.Log.Error("look up an IVR number", "number", number, "error", err)
		return nil, Fault
	case operator.Disabled || !d.Presence.Online(operator.Key):
		return nil, LoggedOut
	case d.busy(operator.Key):
		return nil, Busy
	}
	merchant, err := d.Directory.Merchant(ctx, operator.Key.Merchant)
	if err != nil {
		d.Log.Error("look up a merchant", "merchant", operator.Key.Merchant, "error", err)
		return nil, Fault
	}
	id, err := uuid.NewV7()
	if err != nil {
		d.Log.Error("name a call", "error", err)
		return nil, Fault
	}
	return newCall(d, ivr.CallID(id.String()), operator, merchant, caller), nil
}

// crowded tells whether nobody can be taken at all; empty where there is room.
func (d *Desk) crowded() Refusal {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.draining:
		return Draining
	case len(d.calls) >= d.MaxCalls:
		return AtCapacity
	}
	return ""
}

// busy tells whether the operator has a call that still needs the operator: only
// one may be between its arrival and the customer's guidance (product.md 6, 9).
func (d *Desk) busy(operator ivr.UserKey) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.busyLocked(operator)
}

func (d *Desk) busyLocked(operator ivr.UserKey) bool {
	return slices.ContainsFunc(d.of[operator], func(c *Call) bool { return c.holdsOperator.Load() })
}

// enter takes the call's place and tells how it arrives, or why there is no place any
// more. A call holds its channel until it has ended, and one whose customer and
// operator are relayed to each other has not: transferred again, that customer takes
// a second channel (operator guide 4-8).
func (d *Desk) enter(c *Call) (flow.Arrived, Refusal) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.draining:
		return flow.Arrived{}, Draining
	case len(d.calls) >= d.MaxCalls:
		return flow.Arrived{}, AtCapacity
	case d.busyLocked(c.operator.Key):
		return flow.Arrived{}, Busy
	}
	c.arrivedAt = time.Now()
	if c.usesChannel = d.channels[c.merchant.ID] < c.merchant.Channels; c.usesChannel {
		d.channels[c.merchant.ID]++
	}
	c.holdsOperator.Store(c.usesChannel)
	if c.former = d.formerLocked(c.operator.Key); c.former != nil {
		c.former.again = c
	}
	arrived := flow.Arrived{ChannelsFull: !c.usesChannel, Returns: c.former.returnsLocked()}
	d.calls[c.id], d.of[c.operator.Key] = c, append(d.of[c.operator.Key], c)
	d.running.Add(1)
	return arrived, ""
}

func (d *Desk) leave(c *Call) {
	d.mu.Lock()
	delete(d.calls, c.id)
	others := slices.DeleteFunc(d.of[c.operator.Key], func(other *Call) bool { return other == c })
	if d.of[c.operator.Key] = others; len(others) == 0 {
		delete(d.of, c.operator.Key)
	}
	if c.usesChannel {
		d.channels[c.merchant.ID]--
	}
	if c.former != nil {
		c.former.again = nil
	}
	d.mu.Unlock()
	d.running.Done()
}

// String names a call in logs.
func (c *Call) String() string { return fmt.Sprintf("%s of %s", c.id, c.operator.Key) }
