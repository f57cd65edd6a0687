package media

import "sync"

// ports gives out the pairs of a range. It goes round the range rather than taking the
// lowest, so that a port rests for as long as possible before another call has it and
// hears the last packets of the one before.
type ports struct {
	mu    sync.Mutex
	inUse []bool
	round int // how many it goes round; the others are for when all of these are in use
	next  int
}

func newPorts(pairs, round int) *ports {
	return &ports{inUse: make([]bool, pairs), round: min(pairs, max(round, 1))}
}

// take reserves a pair.
func (p *ports) take() (pair int, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for range p.round {
		pair = p.next
		p.next = (p.next + 1) % p.round
		if !p.inUse[pair] {
			p.inUse[pair] = true
			return pair, true
		}
	}
	for pair = p.round; pair < len(p.inUse); pair++ {
		if !p.inUse[pair] {
			p.inUse[pair] = true
			return pair, true
		}
	}
	return 0, false
}

// rests reports whether a pair is one that is soon taken again.
func (p *ports) rests(pair int) bool { return pair < p.round }

// release gives a pair back.
func (p *ports) release(pair int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inUse[pair] = false
}
