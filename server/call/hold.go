package call

import "time"

// heldStep is how often the picture of a held call is renewed: its deadline moves,
// and no screen may be off by more than a second.
const heldStep = time.Second

// hold lets the call's time stand still.
func (c *Call) hold() {
	if c.held != nil {
		return
	}
	c.log.Info("call on hold")
	c.timer.hold()
	c.held = time.NewTicker(heldStep)
}

// resume lets the call's time go on where it stood.
func (c *Call) resume() {
	if c.held == nil {
		return
	}
	c.log.Info("call resumed")
	c.timeGoesOn()
	c.timer.resume()
}

func (c *Call) timeGoesOn() {
	if c.held != nil {
		c.held.Stop()
		c.held = nil
	}
}

// whileHeld ticks while the call is on hold and the operator watches a deadline.
func (c *Call) whileHeld() <-chan time.Time {
	if c.held == nil || !c.watched {
		return nil
	}
	return c.held.C
}
