package call

import (
	"time"

	"tsunagi/server"
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

// returnsLocked is how often the customer of a new call of this operator was brought
// back before, as far as its arrival tells. A customer whose media is relayed still
// has the former call: an operator speaks with one customer at a time, so whoever is
// transferred now is that customer.
func (d *Desk) returnsLocked(operator ivr.UserKey) int {
	returns := 0
	for _, c := range d.calls {
		if c.operator.Key == operator && c.joined > returns {
			returns = c.joined
		}
	}
	return returns
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
