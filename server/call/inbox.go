package call

import (
	"tsunagi/server/dtmf"
	"tsunagi/server/flow"
	"tsunagi/shared/order"
)

// What may lie in a call's inbox, beside plain events of the machine.
type (
	// key is a key the caller has pressed. It prints as "key": dtmf.Key sees to that.
	key struct{ key dtmf.Key }

	// passedKey is a key that the customer has pressed on the line of a former call. It
	// prints as key does.
	passedKey struct{ key dtmf.Key }

	// orderSent is an order to be bound, which is answered once.
	orderSent struct {
		order order.Order
		reply chan<- error
	}

	// asked is a button of the operator, which is answered once.
	asked struct {
		what  flow.Request
		reply chan<- error
	}

	// onHold tells that the caller listens no more, or listens again.
	onHold bool

	// stopped tells that the server waits no longer.
	stopped struct{}
)

// Key tells the call of a key the caller has pressed.
func (c *Call) Key(k dtmf.Key) { c.post(key{k}) }

// PlayedOut tells the call that the clips of that turn's Play are out.
func (c *Call) PlayedOut(turn int) { c.post(flow.PlayedOut{Turn: flow.Turn(turn)}) }

// Held tells the call that its caller was put on hold. Whoever plays the prompts
// lets them stand still by itself.
func (c *Call) Held() { c.post(onHold(true)) }

// Resumed tells the call that its caller listens again.
func (c *Call) Resumed() { c.post(onHold(false)) }

// HungUp tells the call that its line is gone.
func (c *Call) HungUp() { c.post(flow.HungUp{}) }

// post hands an item to the call's goroutine and tells whether it was taken: not
// where the call has ended.
func (c *Call) post(item any) bool {
	select {
	case <-c.ended:
		return false
	default:
	}
	select {
	case c.inbox <- item:
		return true
	case <-c.ended:
		return false
	}
}

// take turns an item into an event of the machine.
func (c *Call) take(item any) {
	switch item := item.(type) {
	case flow.Event:
		if answered, ok := item.(flow.Answered); ok {
			c.outcome = answered
		}
		c.step(item)
	case key:
		if !c.keyedAgain(item.key) {
			c.press(item.key)
		}
	case passedKey:
		// Until the customer is there it is the operator who keys.
		if !c.keyedAgain(item.key) && c.machine.CustomerReached() {
			c.press(item.key)
		}
	case orderSent:
		item.reply <- c.bind(item.order)
	case asked:
		item.reply <- c.ask(item.what)
	case onHold:
		if item {
			c.hold()
		} else {
			c.resume()
		}
		c.show()
	case stopped:
		c.step(flow.Stopped{})
	}
}

// press feeds a key to the machine.
func (c *Call) press(k dtmf.Key) {
	c.key = k
	c.step(flow.KeyOf(c.machine, byte(k)))
	c.key = 0
}

// bind writes an order down and binds it to the call, where it waits for one.
func (c *Call) bind(o order.Order) error {
	if !c.machine.CanTakeOrder() {
		// One dialog for one window: whoever reads F303 needs no F301 about the same call.
		c.toldNoWindow = c.machine.End() != "" && !c.machine.CustomerReached()
		return errNoWindow
	}
	ctx, cancel := writing()
	defer cancel()
	if err := c.desk.Book.PutOrder(ctx, c.id, c.operator.Key, o, now()); err != nil {
		return err
	}
	c.order = o
	returns := c.desk.returnsOf(orderKey{c.merchant.ID, o.TransactionID})
	c.log.Info("order bound", "transaction", string(o.TransactionID), "amount", int64(o.Amount), "returns", returns)
	c.step(flow.OrderSent{Returns: returns})
	return nil
}

func (c *Call) ask(what flow.Request) error {
	possible := what == flow.Again && c.machine.CanAskAgain() || what == flow.Abort && c.machine.CanAbort()
	if !possible {
		return errNotNow
	}
	c.log.Info("operator asked", "what", string(what))
	c.step(flow.Asked{Request: what})
	return nil
}
