package server

import "time"

// clock estimates how far the server's clock is ahead of the local one. A sample's
// error is at most half its round trip, so the fastest of the last few is taken.
type clock struct {
	samples [8]sample // a ring; the zero sample is none
	next    int
}

type sample struct {
	offset    time.Duration
	roundTrip time.Duration
	taken     bool
}

// add takes a heartbeat that was sent and came back at two local times, and bore
// the server's time in between. Samples of a clock that was turned back meanwhile
// are dropped.
func (c *clock) add(sent, server, back time.Time) {
	roundTrip := back.Sub(sent)
	if roundTrip < 0 {
		return
	}
	c.samples[c.next] = sample{server.Sub(sent.Add(roundTrip / 2)), roundTrip, true}
	c.next = (c.next + 1) % len(c.samples)
}

// offset is what to add to the local clock; zero before the first sample.
func (c *clock) offset() time.Duration {
	var best sample
	for _, s := range c.samples {
		if s.taken && (!best.taken || s.roundTrip < best.roundTrip) {
			best = s
		}
	}
	return best.offset
}
