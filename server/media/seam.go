package media

import (
	"net/netip"
	"time"
)

// network is the machine's UDP as the loop uses it. All but listen is called from the
// loop only.
type network interface {
	// listen binds addr. What comes to it is drained under the seat given, which is
	// controlOf(seat) for the RTCP port, once it is watched.
	listen(addr netip.AddrPort, seat int) (socket, error)

	// drain hands over the packets that have come, at least one of each socket that
	// has any, and stops early when more returns false. It does not wait. The packet
	// is overwritten after receive returns.
	drain(receive receiver, more func() bool)

	// flush returns when the packets that were given to sockets are sent. It gives unsent
	// the seat of each of them that the machine did not take after all.
	flush(unsent func(seat int))

	close() error
}

// receiver takes a packet that came to the socket of a seat.
type receiver func(seat int, packet []byte, source netip.AddrPort)

// socket is one bound port.
type socket interface {
	// send sends a packet, at once or with those of other sockets at the next flush. An
	// error says that the machine did not take it.
	send(packet []byte, to netip.AddrPort) error

	// watch has drain hand over what comes. It is called from the loop, as is close from
	// then on.
	watch()

	// rest ends watch until the next one, and reports whether the machine can: what comes
	// meanwhile is turned away, and what has come is forgotten.
	rest() bool
	close() error

	// spare has the machine keep back the sound of a payload type, as spare.go has it,
	// and reports whether it can. takeAll ends that. spared is how many packets the
	// machine has kept back so far, of which it counts the lower 32 bits.
	spare(payloadType uint8) bool
	takeAll()
	spared() uint64

	// tie has the machine take packets of one peer alone, as tie.go has it, and reports
	// whether it can. untie ends that.
	tie(peer netip.AddrPort) bool
	untie()

	// warm reads a little of what send looks at, as warm.go has it.
	warm() int
}

// clock is the machine's time, counted from when the clock was made.
type clock interface {
	now() time.Duration
	sleepUntil(t time.Duration)
}
