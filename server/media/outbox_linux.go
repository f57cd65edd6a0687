package media

// outboxSize is how many packets one system call sends at most, a power of two: those of a
// slot.
const outboxSize = company

// outbox sends the packets of many sockets with one system call. The kernel does for each
// of them what it does anyhow; what is saved is the way there and back.
type outbox struct {
	ring    *ring // nil where the machine has none, or allows none: each socket sends by itself
	count   int
	from    [outboxSize]*rawSocket
	packets [outboxSize][]byte // in room, one behind the other
	used    int                // of room
	room    [outboxSize * maxSentBytes]byte
	unsent  []int // seats, since the last flush
}

func newOutbox() *outbox {
	ring, err := newRing(outboxSize)
	if err != nil {
		return &outbox{}
	}
	return &outbox{ring: ring}
}

// take takes a packet of a socket that is tied, to be sent before flush returns, and
// reports whether it has.
func (o *outbox) take(s *rawSocket, packet []byte) bool {
	if o.ring == nil || !s.tied || len(packet) > maxSentBytes {
		return false
	}
	if o.count == outboxSize {
		o.submit()
	}
	own := o.room[o.used:][:copy(o.room[o.used:], packet)]
	o.used += len(own)
	o.from[o.count], o.packets[o.count] = s, own
	o.ring.send(s.fd, own, o.count)
	o.count++
	return true
}

// flush sends what was taken and gives unsent the seat of each packet that the machine did
// not take.
func (o *outbox) flush(unsent func(seat int)) {
	if o.count > 0 {
		o.submit()
	}
	for _, seat := range o.unsent {
		unsent(seat)
	}
	o.unsent = o.unsent[:0]
}

func (o *outbox) submit() {
	o.ring.submit(o.tryAgain)
	o.count, o.used = 0, 0
}

// tryAgain sends a packet by itself: what was wrong may have been the ring, or be said of
// an earlier packet.
func (o *outbox) tryAgain(n int) {
	if s := o.from[n]; s.write(o.packets[n]) != 0 {
		o.unsent = append(o.unsent, s.seat)
	}
}

func (o *outbox) close() error {
	if o.ring == nil {
		return nil
	}
	return o.ring.close()
}
