package bench

import (
	"slices"
	"time"
)

// gapStep is the width of a class of gaps.
const gapStep = 50 * time.Microsecond

// gaps counts the times between one packet of a call and the next, by classes.
type gaps struct {
	classes [8000]uint64 // of gapStep each; the last holds what is longer
	count   uint64
	longest time.Duration
}

func (g *gaps) add(d time.Duration) {
	class := min(max(int(d/gapStep), 0), len(g.classes)-1)
	g.classes[class]++
	g.count++
	g.longest = max(g.longest, d)
}

// quantile is the gap that a share of them does not exceed, rounded up to gapStep.
func (g *gaps) quantile(share float64) time.Duration {
	want := uint64(share * float64(g.count))
	var seen uint64
	for class, n := range g.classes {
		if seen += n; seen > want {
			return time.Duration(class+1) * gapStep
		}
	}
	return g.longest
}

// quantile is the duration that a share of them does not exceed. It sorts them.
func quantile(all []time.Duration, share float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[min(int(share*float64(len(all))), len(all)-1)]
}
