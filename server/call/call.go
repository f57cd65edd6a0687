package call

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"tsunagi/server"
	"tsunagi/server/card"
	"tsunagi/server/dtmf"
	"tsunagi/server/flow"
	"tsunagi/shared/message"
	"tsunagi/shared/order"
)

// cardLife is how long a card may be in memory after its last key (security.md C4).
const cardLife = 180 * time.Second

// Call is one call. Admit makes it, Run lives it.
type Call struct {
	desk     *Desk
	id       ivr.CallID
	operator ivr.User
	merchant ivr.Merchant
	caller   string
	log      *slog.Logger

	usesChannel   bool        // guarded by desk.mu: counts among the merchant's channels
	joined        int         // guarded by desk.mu: how often the customer is back with the operator now; 0: not
	again         *Call       // guarded by desk.mu: the call of the same customer after this one, in progress
	former        *Call       // the call that this customer has besides, relayed; nil: none. Set by enter
	holdsOperator atomic.Bool // a second call to the same operator is busy

	inbox *inbox        // the types of inbox.go
	ended chan struct{} // closed when Run has returned

	// The rest belongs to Run's goroutine.
	leg       Leg
	back      Operator // to whom the customer is brought back; nil where nobody is called
	machine   flow.Call
	over      bool // the machine has ended
	watched   bool // the operator watches a deadline of the machine
	vault     *card.Vault
	key       dtmf.Key // the key that Keep moves into the vault
	order     order.Order
	outcome   flow.Answered // of the last authorization
	timer     *countdown
	timerTurn flow.Turn
	life      *time.Timer   // of the card: empties the vault, whatever the goroutine does
	outlived  chan struct{} // tells that life has done so
	held      *time.Ticker  // while the call is on hold; nil otherwise
	page      page          // not written down yet
	rows      int

	toldNoWindow bool   // the operator was told F303 while the call was closing
	brand        string // of the card last accepted, with last4
	last4        string
	arrivedAt    time.Time
	stateAt      time.Time
	authorizes   sync.WaitGroup
}

// ID names the call, on screens, in logs and on disk.
func (c *Call) ID() string { return string(c.id) }

func newCall(d *Desk, id ivr.CallID, operator ivr.User, merchant ivr.Merchant, caller string) *Call {
	return &Call{
		desk: d, id: id, operator: operator, merchant: merchant, caller: caller,
		log:   d.Log.With("call", string(id), "operator", operator.Key.String()),
		inbox: newInbox(), ended: make(chan struct{}),
		outlived: make(chan struct{}, 1),
		machine:  flow.New(d.settings(merchant, operator)),
	}
}

// Run lives the call on its leg until it has ended and everything of it is written
// down. Without a place left it refuses the leg and returns.
func (c *Call) Run(leg Leg) {
	defer close(c.ended)
	defer c.inbox.close()
	c.leg = leg
	arrived, leave := c.arrive()
	if leave == nil {
		return
	}
	defer leave()
	defer c.authorizes.Wait()

	c.stateAt = c.arrivedAt
	c.timer, c.life = newCountdown(), time.AfterFunc(cardLife, c.emptyVault)
	c.life.Stop()
	defer c.timer.stop()
	defer c.life.Stop()
	defer c.timeGoesOn()

	c.step(arrived)
	c.live()
}

// arrive takes the call's place and its vault. leave gives both back; it is nil where the leg
// was refused.
func (c *Call) arrive() (arrived flow.Arrived, leave func()) {
	arrived, refusal := c.desk.enter(c)
	if refusal != "" {
		c.log.Info("call refused", "reason", string(refusal))
		c.leg.Refuse(refusal)
		return arrived, nil
	}
	release, err := c.openVault()
	if err != nil {
		c.desk.leave(c)
		c.log.Error("no memory for a card: the call is refused", "error", err)
		c.leg.Refuse(AtCapacity)
		return arrived, nil
	}
	c.log.Info("call arrived", "caller", c.caller, "channels_full", arrived.ChannelsFull, "returns", arrived.Returns)
	return arrived, func() {
		release()
		c.desk.leave(c)
	}
}

// live takes what happens until the call has ended. A call waits here for most of its
// time, and its stack is given back down to here: what stands above is kept small.
func (c *Call) live() {
	for !c.over {
		select {
		case <-c.inbox.ready:
			if item, ok := c.inbox.next(); ok {
				c.take(item)
			}
		case <-c.timer.timer.C:
			c.step(flow.TimerFired{Turn: c.timerTurn})
		case <-c.outlived:
			c.step(flow.HeldTooLong{})
		case <-c.whileHeld():
			c.show() // the deadline has moved
		}
	}
}

// step feeds one event to the machine, carries out what follows and shows the
// result. A Check is answered before anything else is looked at.
func (c *Call) step(ev flow.Event) {
	for events := []flow.Event{ev}; len(events) > 0; events = events[1:] {
		for _, command := range c.advance(events[0]) {
			if answer := c.perform(command); answer != nil {
				events = append(events, answer)
			}
		}
	}
	c.turnPage()
	c.show()
}

// advance feeds one event to the machine and returns what follows. The machines that it
// copies are off the stack when that is carried out.
func (c *Call) advance(ev flow.Event) []flow.Command {
	before := c.machine
	next, commands := flow.Step(before, ev)
	c.machine, c.over, c.watched = next, next.Ended(), next.Deadline()
	c.holdsOperator.Store(holdsOperator(next.State())) // at once: what follows waits for the disk
	if ctx := context.Background(); c.log.Enabled(ctx, slog.LevelDebug) {
		c.log.DebugContext(ctx, "step", "event", ev, "state", next.State(), "commands", len(commands))
	}
	if next.State() != before.State() {
		c.stateAt = time.Now()
	}
	if reunited(before, next) {
		c.noteReturn()
	}
	return commands
}

// settings are those of a call to this operator. A desk that cannot call an operator
// has no return calls: a customer must not be told that somebody will be called.
func (d *Desk) settings(m ivr.Merchant, operator ivr.User) flow.Settings {
	s := flow.SettingsFor(m, operator)
	s.ReturnWait = d.ReturnWait
	if d.Operators == nil {
		s.Return = ivr.ReturnOff
	}
	return s
}

// notify opens a dialog about this call, after the picture that it is about.
func (c *Call) notify(id message.ID) {
	if id == message.F301 && c.toldNoWindow {
		return
	}
	c.show()
	c.desk.Board.Notify(c.operator.Key, noticeOf(id, c.id, c.order.TransactionID))
}
