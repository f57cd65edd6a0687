package bench

import (
	"time"
)

// retire lets all but some seats make no further call: those without one stop at once,
// and the others call evenly over a time. It belongs to the loop.
func (g *Generator) retire(keep int, over time.Duration) {
	kept := 0
	for _, s := range g.seats {
		if s.state == stateIdle || s.state == stateRefused {
			if kept < keep {
				kept++
				s.state, s.startAt = stateIdle, now()+int64(over)*int64(kept)/int64(keep)
				continue
			}
		}
		s.stopping = true
	}
}

// Service is normal when callers are answered soon and nobody is refused, and the calls
// in progress have no holes.
const (
	soonAnswered = 200 * time.Millisecond
	watchEvery   = 250 * time.Millisecond
	calmFor      = 4 // watches in a row
	watchFor     = 30 * time.Second
)

// recovery is how long it takes from now until service is normal and stays so, in
// seconds; -1 where it never is.
func (g *Generator) recovery() float64 {
	began := monotonic()
	calm := 0
	var last counts
	g.do(func() { last, g.answers, g.gaps = g.count, nil, new(gaps) })
	for monotonic()-began < watchFor {
		time.Sleep(watchEvery)
		var c counts
		var answer, gap time.Duration
		answers := 0
		g.do(func() {
			c, answers, answer, gap = g.count, len(g.answers), quantile(g.answers, 1), g.gaps.quantile(.99)
			g.answers, g.gaps = nil, new(gaps)
		})
		normal := answers > 0 && answer < soonAnswered && gap < 25*time.Millisecond &&
			c.refused == last.refused && c.failed == last.failed
		last = c
		if !normal {
			calm = 0
			continue
		}
		if calm++; calm == calmFor {
			return (monotonic() - began - calmFor*watchEvery).Seconds()
		}
	}
	return -1
}
