package bench

import (
	"slices"
	"time"
)

// settle is how long a plateau lasts before it is measured, beyond one whole call.
const settle = 2 * time.Second

// operatorsFor is how many operators so many calls keep busy: each has one call in the
// send window at a time, and nobody waits for one.
func (r *Run) operatorsFor(calls int) int {
	busy := float64(r.script.released) * float64(packetTime) / float64(r.script.lasts)
	return int(float64(calls)*busy*1.25) + 10
}

// under starts a server and the callers for it, and gives both to see.
func (r *Run) under(name string, wanted setting, see func(server, *Generator) error) error {
	s, err := r.start(name, wanted)
	if err != nil {
		return err
	}
	defer s.stop()
	g, err := r.callers(s, wanted.seats)
	if err != nil {
		return err
	}
	defer g.Close()
	return see(s, g)
}

// climb brings a server from one number of calls to the next and measures it at each,
// while see agrees. It is told too what the server had in memory before, in bytes, with
// the operators of the first calls connected.
func (r *Run) climb(name string, calls []int, window time.Duration, see func(idle int64, p Plateau) bool) error {
	most := slices.Max(calls)
	return r.under(name, setting{seats: most, operators: r.operatorsFor(most)}, func(s server, g *Generator) error {
		if err := g.populate(0, r.operatorsFor(calls[0]), 0); err != nil {
			return err
		}
		time.Sleep(settle)
		idle, err := use(s)
		if err != nil {
			return err
		}
		for _, n := range calls {
			if err := g.populate(n, r.operatorsFor(n), r.script.lasts); err != nil {
				return err
			}
			time.Sleep(r.script.lasts + settle)
			p, err := g.measure(s, window)
			if err != nil || !see(idle.rss, p) {
				return err
			}
		}
		return nil
	})
}

// Probe is for development: it loads one server and shows what is seen.
func (r *Run) Probe(name string, calls []int, window time.Duration, see func(Plateau)) error {
	return r.climb(name, calls, window, func(_ int64, p Plateau) bool {
		see(p)
		return true
	})
}
