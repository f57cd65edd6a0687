package media

import (
	"errors"
	"fmt"
	"net/netip"
)

// pair is the two sockets of a session: the even port for RTP, the odd one above for RTCP.
type pair struct{ rtp, rtcp socket }

// pairOf returns the sockets of a seat that is reserved: those that rest there since a
// session has ended, or else new ones.
func (e *Engine) pairOf(seat int) (pair, error) {
	if p := e.resting[seat]; p.rtp != nil {
		e.resting[seat] = pair{}
		return p, nil
	}
	local := e.localOf(seat)
	rtp, err := e.network.listen(local, seat)
	if err != nil {
		return pair{}, err
	}
	rtcp, err := e.network.listen(netip.AddrPortFrom(local.Addr(), local.Port()+1), controlOf(seat))
	if err != nil {
		_ = rtp.close() // nothing was sent through it
		return pair{}, err
	}
	return pair{rtp, rtcp}, nil
}

// localOf is the address of a seat's RTP port.
func (e *Engine) localOf(seat int) netip.AddrPort {
	return netip.AddrPortFrom(e.addr, e.firstPort+uint16(2*seat))
}

// putAway has the sockets of a session that has ended rest until the seat is taken again,
// deaf to what comes meanwhile: to open and close two sockets is a tenth of what a call
// costs that is answered and hung up at once. Where they cannot rest, or so many do
// already, they are closed.
func (e *Engine) putAway(seat int, p pair) error {
	if e.ports.rests(seat) && p.rtp.rest() && p.rtcp.rest() {
		e.resting[seat] = p
		return nil
	}
	return p.close()
}

// restingPairs is how many pairs of ports rest at most: their sockets are a quarter of the
// files that the program may open, as others have to be opened too.
func restingPairs() int { return mostFiles() / 4 / 2 }

// closeResting closes what rests.
func (e *Engine) closeResting() error {
	var errs []error
	for seat, p := range e.resting {
		if p.rtp != nil {
			errs = append(errs, p.close())
			e.resting[seat] = pair{}
		}
	}
	return errors.Join(errs...)
}

func (p pair) close() error {
	if err := errors.Join(p.rtp.close(), p.rtcp.close()); err != nil {
		return fmt.Errorf("close ports: %w", err)
	}
	return nil
}
