package main

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"tsunagi/server/call"
	"tsunagi/server/config"
	"tsunagi/server/sipua"
)

// referWait is how long a PBX may take to tell what became of a transfer by REFER with
// Replaces. It has both parties on the line, so it knows at once.
const referWait = 10 * time.Second

// headStart is how long before the telephone the desktop is told: the operator reads the
// result, then picks up (product.md 6.8). The customer hears meanwhile what happens.
const headStart = 500 * time.Millisecond

// operators calls operators back: call.Operators over SIP.
type operators struct {
	conf  config.ReturnCall
	sip   *sipua.Endpoint // set before the first call comes
	tasks sync.WaitGroup  // one for each telephone that rings or speaks, one for each REFER
}

// wait returns when no telephone rings or speaks any more: after the last call has ended.
func (o *operators) wait() error { o.tasks.Wait(); return nil }

// Dial is call.Operators.
func (o *operators) Dial(c *call.Call, customer call.Leg, turn int, extension string) call.Operator {
	ctx, cancel := context.WithCancel(context.Background())
	line := &operatorLine{cancel: cancel}
	o.tasks.Go(func() {
		defer cancel()
		let(ctx, headStart)
		leg, err := o.ring(ctx, legOf(customer), extension)
		if err != nil {
			c.TransferFailed(turn, err)
			return
		}
		if !line.answered(leg) {
			leg.Bye() // nobody wants it any more
		}
		c.OperatorAnswered(turn)
		line.watch(c, leg)
	})
	return line
}

// ring calls an extension behind the PBX that the customer's leg came from, or behind
// the configured one.
func (o *operators) ring(ctx context.Context, customer *sipua.Leg, extension string) (*sipua.Leg, error) {
	address := o.conf.PBX
	if address == "" {
		var err error
		if address, err = customer.PeerAddress(); err != nil {
			return nil, err
		}
	}
	shown := o.shown(customer, extension)
	return o.sip.Dial(ctx, sipua.DialParams{To: extension, Proxy: address, From: shown, Asserted: shown})
}

// shown is the number that the operator's telephone is told: the customer's, where the
// PBX has told it and the site wants it, else the IVR number. Before a transfer it is
// the operator who calls, and some PBXs never say that somebody else is there.
func (o *operators) shown(customer *sipua.Leg, extension string) string {
	if number := customer.Caller(); o.conf.Shows == config.ShowsCustomer && number != "" && number != extension {
		return number
	}
	return customer.Number()
}

// let lets time pass, or ctx end.
func let(ctx context.Context, pass time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(pass):
	}
}

// Refer is call.Operators.
func (o *operators) Refer(c *call.Call, customer call.Leg, turn int, extension string) {
	o.tasks.Go(func() {
		let(context.Background(), headStart)
		// The call's own time-out bounds it, by ending the customer's leg.
		if err := legOf(customer).Refer(context.Background(), extension, nil); err != nil {
			c.TransferFailed(turn, err)
			return
		}
		c.OperatorAnswered(turn)
	})
}

// Join is call.Operators.
func (o *operators) Join(c *call.Call, customer call.Leg, turn int, operator call.Operator) {
	o.tasks.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), referWait)
		defer cancel()
		leg, err := lineOf(operator).there()
		if err == nil {
			err = legOf(customer).Refer(ctx, "", leg)
		}
		if err != nil {
			c.TransferFailed(turn, err)
			return
		}
		c.Joined(turn)
	})
}

// Bridge is call.Operators.
func (o *operators) Bridge(customer call.Leg, operator call.Operator) error {
	leg, err := lineOf(operator).there()
	if err != nil {
		return err
	}
	return sipua.Bridge(legOf(customer), leg)
}

// legOf is the SIP leg of a call's line, lineOf the line that Dial has made: a desk
// that is given these operators has no others.
func legOf(l call.Leg) *sipua.Leg                 { return l.(line).Leg }
func lineOf(operator call.Operator) *operatorLine { return operator.(*operatorLine) }

// operatorLine is an operator who is being called, or has answered.
type operatorLine struct {
	cancel context.CancelFunc // gives up ringing

	mu   sync.Mutex
	leg  *sipua.Leg // nil before the answer
	gone bool       // nobody wants the operator any more
}

// Bye is call.Operator.
func (l *operatorLine) Bye() {
	l.cancel()
	l.mu.Lock()
	leg := l.leg
	l.gone = true
	l.mu.Unlock()
	if leg != nil {
		leg.Bye()
	}
}

// answered takes the leg and tells whether somebody still wants it.
func (l *operatorLine) answered(leg *sipua.Leg) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.leg = leg
	return !l.gone
}

// there is the leg of an operator who has answered.
func (l *operatorLine) there() (*sipua.Leg, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.leg == nil {
		return nil, fmt.Errorf("the operator has not answered: %w", sipua.ErrState)
	}
	return l.leg, nil
}

// watch tells the call when the operator is gone. What the operator keys is nobody's
// business: it is read and dropped.
func (l *operatorLine) watch(c *call.Call, leg *sipua.Leg) {
	for ev := range leg.Events() {
		switch ev.Kind {
		case sipua.Ended, sipua.MediaLost: // a line without sound has nobody on it
			slog.Info("the operator's line has ended", "call", c.ID(), "leg", leg.ID(), "how", string(ev.Kind), "reason", string(ev.Reason))
			c.OperatorHungUp()
		}
	}
}
