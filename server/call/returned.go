package call

import (
	"time"

	"tsunagi/server"
	"tsunagi/server/dtmf"
	"tsunagi/server/flow"
	"tsunagi/shared/order"
)

// returnMemory is how long an order is remembered as that of a customer who was
// brought back: about as long as an operator goes on speaking with one customer.
const returnMemory = 30 * time.Minute

// orderKey names an order among all merchants.
type orderKey struct {
	merchant    ivr.MerchantID
	transaction order.TransactionID
}

// brought is how often the customer of an order was brought back, and when last.
type brought struct {
	times int
	at    time.Time
}

// formerLocked is the call whose customer comes again with a new call of this operator;
// nil where nobody does. A customer whose media is relayed still has the former call,
// and an operator speaks with one customer at a time: whoever is transferred now is the
// one who was brought back last and has not come again since.
func (d *Desk) formerLocked(operator ivr.UserKey) *Call {
	var former *Call
	for _, c := range d.of[operator] {
		if c.joined > 0 && c.again == nil &&
			(former == nil || c.arrivedAt.After(former.arrivedAt)) {
			former = c
		}
	}
	return former
}

// returnsLocked is how often the customer of that former call was brought back.
func (c *Call) returnsLocked() int {
	if c == nil {
		return 0
	}
	return c.joined
}

// keyedAgain hands a key to the call in which this call's customer is asked for a card
// again, and tells whether there is one. Between the two calls lies the operator's
// telephone, to which no key is passed on: it goes here from call to call.
func (c *Call) keyedAgain(k dtmf.Key) bool {
	c.desk.mu.Lock()
	again := c.again
	c.desk.mu.Unlock()
	if again == nil || c.machine.State() != flow.StateJoined {
		return false
	}
	again.post(passedKey{k})
	return true
}

// wipeKeys has every line on which keys of this call came forget them.
func (c *Call) wipeKeys() {
	c.leg.WipeKeys()
	for former := c.former; former != nil; former = former.former {
		former.leg.WipeKeys()
	}
}

// returnsOf is the same as far as the order tells: after a join in the PBX nothing of
// the former call is left on the line.
func (d *Desk) returnsOf(key orderKey) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	for k, b := range d.brought {
		if time.Since(b.at) > returnMemory {
			delete(d.brought, k)
		}
	}
	return d.brought[key].times
}

// noteReturn takes note that the customer is with the operator again: from now on a
// call of this operator, or with this order, is a returned one.
func (c *Call) noteReturn() {
	times := c.machine.Returns() + 1
	c.desk.mu.Lock()
	defer c.desk.mu.Unlock()
	c.joined = times
	c.desk.brought[orderKey{c.merchant.ID, c.order.TransactionID}] = brought{times, time.Now()}
}

// reunited tells whether this step has brought the customer back to the operator.
func reunited(before, after flow.Call) bool {
	returned := func(m flow.Call) bool {
		return m.State() == flow.StateJoined || m.End() == ivr.EndReturned
	}
	return returned(after) && !returned(before)
}
