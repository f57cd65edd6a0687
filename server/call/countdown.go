package call

import "time"

// countdown is the call's one timer. Unlike a time.Timer it can stand still, as it
// must while the call is on hold, and tells when it will be over.
type countdown struct {
	timer *time.Timer
	end   time.Time     // while it runs
	left  time.Duration // while it stands still; 0: it is not on
	held  bool
}

func newCountdown() *countdown { return &countdown{timer: stoppedTimer()} }

// start counts down from d; on hold it waits with all of d before it.
func (c *countdown) start(d time.Duration) {
	c.stop()
	c.left = d
	c.run()
}

func (c *countdown) stop() {
	c.timer.Stop()
	c.end, c.left = time.Time{}, 0
}

// hold stops the time. What is already over, but not yet taken note of, comes at
// once after resume.
func (c *countdown) hold() {
	if c.held {
		return
	}
	c.held = true
	if !c.end.IsZero() {
		c.timer.Stop()
		c.left, c.end = max(time.Until(c.end), time.Nanosecond), time.Time{}
	}
}

// resume goes on where hold stopped.
func (c *countdown) resume() {
	c.held = false
	c.run()
}

func (c *countdown) run() {
	if c.held || c.left == 0 {
		return
	}
	c.end = time.Now().Add(c.left)
	c.timer.Reset(c.left)
	c.left = 0
}

// deadline is when the time will be over: on hold, if it went on now. It is zero
// where nothing counts down.
func (c *countdown) deadline() time.Time {
	switch {
	case !c.end.IsZero():
		return c.end.Round(0)
	case c.left > 0:
		return now().Add(c.left)
	}
	return time.Time{}
}

// stoppedTimer is a timer that fires only after a Reset.
func stoppedTimer() *time.Timer {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return t
}
