package media

import "time"

// goClock is the clock of the Go runtime, which every system has.
type goClock struct{ started time.Time }

func newGoClock() *goClock { return &goClock{time.Now()} }

func (c *goClock) now() time.Duration { return time.Since(c.started) }

func (c *goClock) sleepUntil(t time.Duration) { time.Sleep(t - c.now()) }
