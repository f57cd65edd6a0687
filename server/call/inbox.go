package call

import (
	"sync"

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

// keysWaiting bounds the keys that wait for a call's goroutine. They come ten a second at
// the most; where so many wait, a disk has stood still for ten seconds.
const keysWaiting = 96

// An inbox is what waits for a call's goroutine. Nobody waits to put something in: who
// tells of a line serves other lines too, and who asks waits for the answer, so that what
// lies in it is bounded by those who ask, and by keysWaiting.
type inbox struct {
	ready chan struct{} // has a value where next may give something

	mu     sync.Mutex
	items  []any
	keys   int // of them
	closed bool
}

func newInbox() *inbox { return &inbox{ready: make(chan struct{}, 1)} }

// put adds an item and tells whether it was taken: not where the call has ended, nor one
// key too many.
func (b *inbox) put(item any) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || isKey(item) && b.keys >= keysWaiting {
		return false
	}
	if isKey(item) {
		b.keys++
	}
	b.items = append(b.items, item)
	b.wake()
	return true
}

// next takes the first item, if there is one.
func (b *inbox) next() (item any, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.items) == 0 {
		return nil, false
	}
	item, b.items[0] = b.items[0], nil
	b.items = b.items[1:]
	if isKey(item) {
		b.keys--
	}
	if len(b.items) == 0 {
		b.items = nil
	} else {
		b.wake()
	}
	return item, true
}

func (b *inbox) wake() {
	select {
	case b.ready <- struct{}{}:
	default:
	}
}

// close ends the inbox with what is in it; who has asked sees that the call has ended.
func (b *inbox) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	clear(b.items)
	b.items, b.closed = nil, true
}

func isKey(item any) bool {
	switch item.(type) {
	case key, passedKey:
		return true
	}
	return false
}

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

// post hands an item to the call's goroutine, without waiting, and tells whether it was
// taken: not where the call has ended.
func (c *Call) post(item any) bool {
	taken := c.inbox.put(item)
	if !taken && isKey(item) {
		select {
		case <-c.ended:
		default:
			c.log.Warn("key lost: the call is busy")
		}
	}
	return taken
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
