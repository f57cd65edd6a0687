package media

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"time"
)

// Config says where an Engine receives.
type Config struct {
	// Addr is the address whose ports are bound. It may be unspecified (0.0.0.0).
	Addr netip.Addr

	// PortMin and PortMax are the first and last UDP port that may be used. A call
	// takes two: an even one for RTP and the odd one above it for RTCP.
	PortMin, PortMax uint16

	// MediaTimeout is how long a call that should be sending may be silent before
	// its Sink hears MediaLost; 0 for never.
	MediaTimeout time.Duration

	// Reserved says that GOMAXPROCS is one higher than the rest of the program needs. The
	// loop then keeps one for itself, also while it sleeps, which saves some per cent of
	// a processor.
	Reserved bool

	// Log gets one line when the engine starts and stops and, at debug level, one
	// for each closed session. The loop itself logs only a port that it could not
	// close. Nil for no log.
	Log *slog.Logger
}

// The errors of Open that are not the machine's.
var (
	// ErrNoPorts: every port of the range is in use, by calls or by other programs.
	ErrNoPorts = errors.New("no free RTP port")

	// ErrClosed: the engine is closed.
	ErrClosed = errors.New("media engine closed")
)

// portPairs returns the first even port of the range and how many pairs follow it.
func (c Config) portPairs() (first uint16, pairs int, err error) {
	if !c.Addr.IsValid() {
		return 0, 0, errors.New("no address to receive RTP on")
	}
	low, high := int(c.PortMin), int(c.PortMax)
	if low == 0 {
		return 0, 0, errors.New("RTP ports must begin above 0")
	}
	low += low % 2 // RFC 3550 section 11: RTP takes the even port
	pairs = (high - low + 1) / 2
	if pairs < 1 || high < low {
		return 0, 0, fmt.Errorf("RTP ports %d to %d hold no even port with the odd one above it", c.PortMin, c.PortMax)
	}
	return uint16(low), pairs, nil
}
