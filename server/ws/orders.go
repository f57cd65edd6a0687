package ws

import (
	"context"
	"sync"
	"time"

	"tsunagi/server"
)

// An order's answer is remembered for longer than any desktop goes on asking; the
// order itself has orderTimeout to be written down, which takes milliseconds
// unless the disk is in trouble.
const (
	orderRemembered = time.Hour
	orderTimeout    = time.Minute
)

// orderKey names one attempt of an operator to hand an order to a call.
type orderKey struct {
	operator ivr.UserKey
	call     ivr.CallID
	key      string
}

// orders remembers which were sent. The zero value is ready to use.
type orders struct {
	mu       sync.Mutex
	sent     map[orderKey]*sending
	accepted []orderKey // of those in sent that were, longest ago first
}

// sending is an order on its way, or accepted.
type sending struct {
	done chan struct{} // closed when err and at are set
	err  error
	at   time.Time
}

// once sends an order unless it was sent under the same key before, and waits for
// its answer until ctx ends. The order goes on then, and whoever repeats the key
// gets its answer. A refused one is forgotten: it may be mended and sent again.
func (s *Server) once(ctx context.Context, key orderKey, send func(context.Context) error) error {
	order, first := s.orders.begin(key)
	if first {
		s.running.Go(func() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), orderTimeout)
			defer cancel()
			s.orders.end(key, order, send(ctx))
		})
	}
	select {
	case <-order.done:
		return order.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (o *orders) begin(key orderKey) (order *sending, first bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if order, ok := o.sent[key]; ok {
		return order, false
	}
	if o.sent == nil {
		o.sent = make(map[orderKey]*sending)
	}
	for now := time.Now(); len(o.accepted) > 0 && now.Sub(o.sent[o.accepted[0]].at) >= orderRemembered; {
		delete(o.sent, o.accepted[0])
		o.accepted = o.accepted[1:]
	}
	order = &sending{done: make(chan struct{})}
	o.sent[key] = order
	return order, true
}

func (o *orders) end(key orderKey, order *sending, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	order.err, order.at = err, time.Now()
	if err != nil {
		delete(o.sent, key)
	} else {
		o.accepted = append(o.accepted, key)
	}
	close(order.done)
}
