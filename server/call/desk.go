package call

import (
	"context"
	"sync"
	"time"

	"tsunagi/server"
	"tsunagi/server/audio"
	"tsunagi/server/payment"
	"tsunagi/server/prompt"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

// Leg is the line to whoever is calling: first the operator, after the transfer the
// customer. Its methods do not wait for the network.
type Leg interface {
	Answer() error
	Refuse(Refusal)
	Play(turn int, clips []*audio.Clip, loop bool)
	Stop()
	WipeKeys() // forgets the keys it has heard
	Bye()
}

// Voice has the recordings of one language. prompt.Voice is one.
type Voice interface {
	Say(names ...prompt.Name) []*audio.Clip
	Amount(order.Yen) []*audio.Clip
}

// Directory knows whose an IVR number is, and the merchant's settings.
type Directory interface {
	UserByIVRNumber(ctx context.Context, number string) (ivr.User, error)
	Merchant(ctx context.Context, id ivr.MerchantID) (ivr.Merchant, error)
}

// Presence tells whether an operator is logged in.
type Presence interface {
	Online(ivr.UserKey) bool
}

// Book is where calls are written down. What is given to a method together is written
// together, or not at all.
type Book interface {
	PutOrder(ctx context.Context, call ivr.CallID, operator ivr.UserKey, o order.Order, at time.Time) error
	AppendRows(ctx context.Context, rows ...ivr.Row) error
	PutRecord(ctx context.Context, record ivr.Record, last ...ivr.Row) error
}

// Payments authorizes. Its methods outlive the call.
type Payments interface {
	Paid(ctx context.Context, merchant ivr.MerchantID, id order.TransactionID) (bool, error)
	Open(ctx context.Context, merchant ivr.MerchantID, id order.TransactionID) (bool, error)
	Authorize(ctx context.Context, request payment.Request, c payment.Card) payment.Outcome
}

// Board shows the calls to the desktops.
type Board interface {
	Put(operator ivr.UserKey, picture wire.Call)
	Append(row ivr.Row)
	Result(result ivr.Result)
	Notify(operator ivr.UserKey, notice wire.Notice)
}

// Config is what a desk is made of. All of it is needed but Operators: without them
// there are no return calls.
type Config struct {
	Operators  Operators
	ReturnWait time.Duration // for an operator to answer; 0: that of package flow

	Directory Directory
	Presence  Presence
	Payments  Payments
	Voices    func(ivr.MerchantID, order.Language) Voice // empty: Japanese
	Vaults    Vaults                                     // in locked memory
	MaxCalls  int                                        // at one moment, over all merchants
	Reporter
}

// Desk admits calls and knows those in progress.
type Desk struct {
	Config
	running sync.WaitGroup

	mu       sync.Mutex
	draining bool
	calls    map[ivr.CallID]*Call
	of       map[ivr.UserKey][]*Call // the same calls, by their operators
	channels map[ivr.MerchantID]int  // in use
	brought  map[orderKey]brought    // customers lately brought back
}

// NewDesk makes a desk without calls.
func NewDesk(c Config) *Desk {
	return &Desk{
		Config: c, calls: make(map[ivr.CallID]*Call), of: make(map[ivr.UserKey][]*Call),
		channels: make(map[ivr.MerchantID]int), brought: make(map[orderKey]brought),
	}
}

// Live is the number of calls in progress.
func (d *Desk) Live() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.calls)
}

// Drain admits no more calls and waits for those in progress. When ctx ends first,
// they are told to stop, which ends each at once but for an open authorization.
func (d *Desk) Drain(ctx context.Context) {
	d.mu.Lock()
	d.draining = true
	d.mu.Unlock()
	gone := make(chan struct{})
	go func() {
		d.running.Wait()
		close(gone)
	}()
	select {
	case <-gone:
		return
	case <-ctx.Done():
	}
	d.mu.Lock()
	for _, c := range d.calls {
		c.post(stopped{})
	}
	d.mu.Unlock()
	<-gone
}

func (d *Desk) find(operator ivr.UserKey, id ivr.CallID) (*Call, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c, ok := d.calls[id]
	if !ok || c.operator.Key != operator {
		return nil, false
	}
	return c, true
}
