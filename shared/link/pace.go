package link

import "time"

// rouseLocked sees to it that the queue, to which a frame was added just now, is written:
// when Limits.GatherFor has gone by since frames left last, or at once where it has, or the
// frame is awaited, or the queue is half full: no peer may be too slow for the wait alone.
func (c *Conn) rouseLocked(awaited bool) {
	if !awaited && c.unsent < c.limits.QueueLength/2 {
		if len(c.queue) > 1 {
			return // the first of them has seen to it
		}
		if rest := c.limits.GatherFor - time.Since(c.leftAt); rest > 0 {
			c.gathered.Reset(rest)
			return
		}
	}
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// restLocked notes that the frames of the queue leave. The time counts from the beginning of
// a write: what comes during a slow one has waited enough when it ends.
func (c *Conn) restLocked() {
	c.gathered.Stop() // a write before its end leaves it nothing to do
	c.leftAt = time.Now()
}
