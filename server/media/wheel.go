package media

import "slices"

// cycle is the number of slots of the wheel, a whole multiple of every packet length in
// ticks, so that a session has the same slots in each turn of the wheel.
const cycle = 120

// wheel says which sessions send at which tick.
type wheel struct {
	slots [cycle][]*Session
	size  int
}

// at returns the sessions that send at a tick.
func (w *wheel) at(tick int64) []*Session { return w.slots[tick%cycle] }

// busyFrom returns the first tick from one on at which a session sends, or the last of
// limit ticks.
func (w *wheel) busyFrom(tick int64, limit int) int64 {
	last := tick + int64(limit) - 1
	for tick < last && len(w.at(tick)) == 0 {
		tick++
	}
	return tick
}

// company is how many sessions share a slot before another slot is begun. Each slot is a
// time at which the loop wakes, which costs as much as a few packets do; and so many
// packets are sent, in a millisecond, before the last of them is late.
const company = 256

// add gives s slots that lie period ticks apart.
func (w *wheel) add(s *Session, period int) {
	s.phase, s.period = w.best(period), period
	for i := s.phase; i < cycle; i += period {
		w.slots[i] = append(w.slots[i], s)
	}
	w.size++
}

// best returns the phase at which a session of a period goes: one that is begun and not
// full, or else the least used, and of several such the one farthest from what is used: the
// packets of one slot are sent before those of the next are due, and what comes is looked at
// more often.
func (w *wheel) best(period int) (best int) {
	least, farthest := int(^uint(0)>>1), 0
	for phase := range period {
		used, most := 0, 0
		for i := phase; i < cycle; i += period {
			used += len(w.slots[i])
			most = max(most, len(w.slots[i]))
		}
		if used > 0 && most < company {
			return phase
		}
		if far := w.distance(phase); used < least || used == least && far > farthest {
			best, least, farthest = phase, used, far
		}
	}
	return best
}

// distance returns how many ticks lie between one and the nearest at which a session sends;
// all of the wheel where there is none.
func (w *wheel) distance(tick int) int {
	for d := range cycle / 2 {
		if len(w.slots[(tick+d)%cycle]) > 0 || len(w.slots[(tick-d+cycle)%cycle]) > 0 {
			return d
		}
	}
	return cycle
}

// remove takes s out of the wheel, if it is there.
func (w *wheel) remove(s *Session) {
	if s.period == 0 {
		return
	}
	for i := s.phase; i < cycle; i += s.period {
		w.slots[i] = slices.DeleteFunc(w.slots[i], func(other *Session) bool { return other == s })
	}
	s.phase, s.period = 0, 0
	w.size--
}
