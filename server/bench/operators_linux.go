package bench

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"tsunagi/shared/link"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

// Operators are people at their desktops: each is connected by a WebSocket of its own,
// sends the order when a call asks for it, and sees what becomes of it.
type Operators struct {
	address   string
	config    *tls.Config
	tokens    []string // of the sessions that were prepared
	connected int      // of them
	all       []*operator
	paid      []atomic.Int64 // by seat: the last call whose card was charged

	ordered, refused, lost atomic.Int64

	mu   sync.Mutex
	free []int // longest free first
}

// operator is one of them.
type operator struct {
	index   int
	conn    *link.Conn
	present atomic.Int64 // seat<<32 | call, with its sign off where no order is to be sent
	sent    string       // ID of the last call that got its order
	frames  int64
	asked   int64
	done    chan struct{}
}

// connectAtOnce bounds how many handshakes are under way.
const connectAtOnce = 8

// Connect resumes the sessions of workstations that were prepared for, one operator each,
// until so many are there.
func (o *Operators) Connect(operators int) error {
	ctx, cancel := context.WithTimeout(context.Background(), startWait)
	defer cancel()
	var group sync.WaitGroup
	operators = min(operators, len(o.tokens))
	errs := make([]error, operators)
	places := make(chan struct{}, connectAtOnce)
	first := o.connected
	for i := first; i < operators; i++ {
		group.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			o.all[i], errs[i] = o.connect(ctx, o.address, o.config, i, o.tokens[i])
		})
	}
	group.Wait()
	o.connected = max(first, operators)
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("connect the operators: %w", err)
	}
	for i := first; i < operators; i++ {
		o.give(i)
	}
	return nil
}

func (o *Operators) connect(ctx context.Context, address string, config *tls.Config, i int, token string) (*operator, error) {
	limits := link.DesktopLimits()
	limits.DeadAfter = time.Minute // a busy generator is not a dead server
	conn, err := link.Dialer{TLS: config, Limits: limits}.Dial(ctx, "wss://"+address+wire.Path)
	if err != nil {
		return nil, err
	}
	p := &operator{index: i, conn: conn, done: make(chan struct{})}
	if err := conn.Send(wire.KindResume, 1, wire.Resume{Token: token, Workstation: workstation(i)}); err != nil {
		return nil, errors.Join(err, conn.Close(link.CloseNormal, ""))
	}
	answer, err := conn.Receive()
	if err == nil && answer.Kind != wire.KindSession {
		err = fmt.Errorf("operator %d: %s %s", i, answer.Kind, answer.Body)
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close(link.CloseNormal, ""))
	}
	go p.watch(o)
	return p, nil
}

func workstation(i int) string { return fmt.Sprintf("bench-%d", i) }

// Close disconnects everybody.
func (o *Operators) Close() {
	var group sync.WaitGroup
	for _, p := range o.all {
		if p != nil {
			group.Go(func() {
				_ = p.conn.Close(link.CloseNormal, "") // it was only listening
				<-p.done
			})
		}
	}
	group.Wait()
}

// take gives a call an operator who has none in the send window; -1 where everybody is
// busy. With order the operator sends one.
func (o *Operators) take(seat, call int, order bool) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.free) == 0 {
		return -1
	}
	i := o.free[0]
	o.free = o.free[1:]
	present := int64(seat)<<32 | int64(call)
	if !order {
		present = -1
	}
	o.all[i].present.Store(present)
	return i
}

// give gives an operator back.
func (o *Operators) give(i int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.free = append(o.free, i)
}

// Paid tells whether that call of a seat was paid with the right card.
func (o *Operators) Paid(seat, call int) bool { return o.paid[seat].Load() == int64(call) }

// watch is the screen of an operator.
func (p *operator) watch(o *Operators) {
	defer close(p.done)
	for {
		frame, err := p.conn.Receive()
		var bad *link.BadFrame
		switch {
		case errors.As(err, &bad):
			continue
		case err != nil:
			if !errors.Is(err, link.ErrClosed) {
				o.lost.Add(1)
			}
			return
		}
		p.frames++
		switch frame.Kind {
		case wire.KindChange:
			var change wire.Change
			if json.Unmarshal(frame.Body, &change) == nil {
				p.see(o, change)
			}
		case wire.KindError:
			o.refused.Add(1)
		case wire.KindOrderSent:
			o.ordered.Add(1)
		}
	}
}

// see acts on a change of the screen.
func (p *operator) see(o *Operators, change wire.Change) {
	switch {
	case change.Call != nil && change.Call.State == wire.StateSendWindow && change.Call.ID != p.sent:
		p.sent = change.Call.ID
		present := p.present.Load()
		if present < 0 {
			return
		}
		p.asked++
		form := wire.SendOrder{CallID: p.sent, Key: p.sent}
		form.Form.TransactionID = fmt.Sprintf("%s-%d-%d", workstation(p.index), present>>32, present&0xFFFFFFFF)
		form.Form.Amount, form.Form.PaymentCount = fmt.Sprint(int64(amount)), "1"
		if err := p.conn.Send(wire.KindSendOrder, p.asked+1, form); err != nil {
			o.refused.Add(1)
		}
	case change.Row != nil && change.Row.Point == string(message.AuthorizedOK):
		var index int
		var seat, call int64
		if n, _ := fmt.Sscanf(string(change.Row.TransactionID), "bench-%d-%d-%d", &index, &seat, &call); n == 3 && seat < int64(len(o.paid)) {
			o.paid[seat].Store(call)
		}
	}
}
