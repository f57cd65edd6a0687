package ws

import (
	"context"
	"errors"
	"sync"
	"time"

	"tsunagi/server"
	"tsunagi/shared/link"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

// Checks are asked as fields are left: a person does not come near these bounds, a
// program that looks for the orders of others does.
const (
	checksAtOnce = 20
	checkEvery   = time.Second
)

// check begins to look up what is known against a transaction ID before it is sent. The
// answer comes aside: an order behind it must not wait for the disk. An operator may
// ask about nothing but the own merchant's.
func (c *connection) check(frame wire.Frame) error {
	body, err := link.Decode[wire.Check](frame)
	if err != nil {
		return err
	}
	id, refusal := order.ParseTransactionID(string(body.TransactionID))
	if refusal != "" || id != body.TransactionID {
		return errBadRequest // a card number is one of these: it is looked up nowhere
	}
	user := c.seat.Grant().User.Key
	if !c.server.checks.take(user, time.Now()) {
		return errUnavailable
	}
	c.aside(func(ctx context.Context) {
		request, cancel := context.WithTimeout(ctx, requestTimeout)
		defer cancel()
		checked := wire.Checked{TransactionID: id}
		if err := c.server.Calls.Payable(request, user.Merchant, id); err != nil {
			var known *ivr.Error
			if !errors.As(err, &known) || known.Code != wire.CodeOrderRefused || len(known.Refusals) != 1 {
				c.refuse(request, frame, err)
				return
			}
			checked.Refusal = known.Refusals[0].Message
		}
		c.send(wire.KindChecked, frame.ID, checked)
	})
	return nil
}

// allowances are those of all users who have asked; there are no more of them than users.
// They outlive connections: whoever comes back has no more checks than before.
type allowances struct {
	mu sync.Mutex
	of map[ivr.UserKey]allowance
}

func (a *allowances) take(user ivr.UserKey, now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.of == nil {
		a.of = make(map[ivr.UserKey]allowance)
	}
	left, known := a.of[user]
	if !known {
		left = newAllowance()
	}
	may := left.take(now)
	a.of[user] = left
	return may
}

// allowance is how many checks a user may still ask: checksAtOnce, and one more after
// each checkEvery.
type allowance struct {
	left int
	at   time.Time // since when the next one grows
}

func newAllowance() allowance { return allowance{left: checksAtOnce} }

func (a *allowance) take(now time.Time) bool {
	if a.left == checksAtOnce {
		a.at = now
	}
	grown := max(0, int(now.Sub(a.at)/checkEvery))
	a.left = min(a.left+grown, checksAtOnce)
	a.at = a.at.Add(time.Duration(grown) * checkEvery)
	if a.left == 0 {
		return false
	}
	a.left--
	return true
}
