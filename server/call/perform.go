package call

import (
	"context"

	"tsunagi/server/card"
	"tsunagi/server/flow"
	"tsunagi/server/payment"
)

// perform carries out one command. What it gives back is the answer to be fed to the
// machine before anything else; nil where there is none, or where it comes later.
func (c *Call) perform(command flow.Command) flow.Event {
	switch command := command.(type) {
	case flow.Tell:
		c.tell(command)
		return nil
	case flow.Record:
		c.record(command)
		return nil
	case flow.StartTimer:
		c.timer.start(command.After)
		c.timerTurn = command.Turn
		return nil
	case flow.StopTimer:
		c.timer.stop()
		return nil
	}
	c.turnPage() // what follows is noticed outside
	switch command := command.(type) {
	case flow.Answer:
		if err := c.leg.Answer(); err != nil {
			c.log.Error("answer the call", "error", err)
			return flow.Broken{}
		}
	case flow.Play:
		clips := c.speak(command)
		if len(clips) == 0 {
			// It would never be played out.
			c.log.Error("nothing is recorded for a guidance", "guidance", string(command.Guidance))
			return flow.Broken{}
		}
		c.leg.Play(int(command.Turn), clips, command.Loop)
	case flow.Stop:
		c.leg.Stop()
	case flow.Keep:
		c.vault.Keep(command.Field, byte(c.key))
		c.life.Reset(cardLife)
	case flow.Clear:
		c.vault.Clear(command.Field)
		c.wipeKeys()
	case flow.Wipe:
		c.vault.Wipe()
		c.wipeKeys()
		c.life.Stop()
	case flow.Check:
		return c.check(command)
	case flow.Authorize:
		c.authorize(command)
	case flow.DialOperator:
		c.dial(command)
	case flow.Join:
		return c.join(command)
	case flow.DropOperator:
		c.dropOperator()
	case flow.Notify:
		c.notify(command.ID)
	case flow.Bye:
		c.dropOperator()
		c.leg.Bye()
	}
	return nil
}

// check asks the vault, by the merchant's brands and this month.
func (c *Call) check(command flow.Check) flow.Event {
	brands := make([]card.Brand, len(c.merchant.Brands))
	for i, b := range c.merchant.Brands {
		brands[i] = card.Brand(b)
	}
	found := c.vault.Check(command.Field, card.Rules{Ended: command.Ended, Brands: brands, Now: card.MonthOf(now())})
	if found.Refuses() {
		c.log.Info("entry refused", "field", string(command.Field), "finding", string(found), "digits", c.vault.Len(command.Field))
	}
	return flow.Checked{Turn: command.Turn, Finding: found, Brand: c.vault.Brand()}
}

// authorize asks the acquirer beside the call's goroutine. It outlives a hang-up, but
// not Run, which waits for it.
func (c *Call) authorize(command flow.Authorize) {
	request := payment.Request{
		Call: c.id, Operator: c.operator.Key, Order: c.order, Number: command.Attempt,
		Capture: c.merchant.Capture, Brand: string(c.vault.Brand()), Last4: c.vault.Last4(),
	}
	c.authorizes.Go(func() {
		outcome := c.desk.Payments.Authorize(context.Background(), request, c.vault)
		c.post(flow.Answered{
			Turn: command.Turn, Outcome: outcome.Payment(), Mendable: outcome.Mendable,
			Code: outcome.Code, Message: outcome.Message,
		})
	})
}
