package sipua

import (
	"fmt"
	"net"
	"strconv"
	"strings"

	"tsunagi/server/media"
)

// Bridge lets the peers of two legs of one endpoint hear each other, keys and the tones
// of keys left out, until one of the legs ends. What plays on either stops. Both must
// have been answered.
func Bridge(a, b *Leg) error {
	first, second := a.media(), b.media()
	if first == nil || second == nil {
		return fmt.Errorf("bridge %s and %s: %w", a.ID(), b.ID(), ErrEnded)
	}
	first.Stop()
	second.Stop()
	if err := media.Bridge(first, second, true); err != nil {
		return fmt.Errorf("bridge %s and %s: %w", a.ID(), b.ID(), err)
	}
	a.log.Info("media relayed", "to", b.ID())
	return nil
}

// PeerAddress is where the leg's peer takes calls, as DialParams.Proxy wants it: the
// next hop of the dialog, with the transport by which it is reached.
func (l *Leg) PeerAddress() (address string, err error) {
	err = l.ask(func() error {
		next, transport := l.dialog.target, l.dialog.transport
		if len(l.dialog.routes) > 0 {
			next = l.dialog.routes[0]
		}
		if t := transportOf(&next); t != "" {
			transport = t
		}
		address = next.Host
		if next.Port != 0 {
			address = net.JoinHostPort(strings.Trim(next.Host, "[]"), strconv.Itoa(next.Port))
		}
		if transport != transportUDP {
			address += ";transport=" + strings.ToLower(transport)
		}
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("address of the peer: %w", err)
	}
	return address, nil
}
