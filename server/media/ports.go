package media

import "sync"

// ports gives out the pairs of a range. It goes round the range rather than taking the
// lowest, so that a port rests for as long as possible before another call has it and
// hears the last packets of the one before.
type ports struct {
	mu    sync.Mutex
	inUse []bool
	next  int
}

func newPorts(pairs int) *ports { return &ports{inUse: make([]bool, pairs)} }

// take reserves a pair.
func (p *ports) take() (pair int, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for range p.inUse {
		pair = p.next
		p.next = (p.next + 1) % len(p.inUse)
		if !p.inUse[pair] {
			p.inUse[pair] = true
			return pair, true
		}
	}
	return 0, false
}

// release gives a pair back.
func (p *ports) release(pair int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inUse[pair] = false
}
