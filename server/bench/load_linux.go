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

// Probe is for development: it brings one server from one number of calls to the next and measures each.
func (r *Run) Probe(name string, calls []int, window time.Duration, see func(Plateau)) error {
	most := slices.Max(calls)
	s, err := r.start(name, setting{seats: most, operators: r.operatorsFor(most)})
	if err != nil {
		return err
	}
	defer s.stop()
	g, err := r.callers(s, most)
	if err != nil {
		return err
	}
	defer g.Close()
	for _, n := range calls {
		if err := g.populate(n, r.operatorsFor(n), r.script.lasts); err != nil {
			return err
		}
		time.Sleep(r.script.lasts + settle)
		p, err := g.measure(s, window)
		if err != nil {
			return err
		}
		see(p)
	}
	g.empty(r.script.lasts + patience)
	return nil
}
