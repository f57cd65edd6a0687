package media

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// expeditedForwarding is the traffic class of telephone audio, RFC 3246, as it stands in
// the TOS byte.
const expeditedForwarding = 46 << 2

// rawNetwork asks the kernel itself. Its system calls are raw: none of them waits, so the
// scheduler need not be told, and a packet costs no more than the kernel takes.
type rawNetwork struct {
	bell    *bell // nil where the machine has none
	watched []watched
	behind  []int  // descriptors of sockets that may hold more than was told of
	turn    uint64 // of drain
	outbox  *outbox
	buffer  [maxPacketBytes]byte
	from    unix.RawSockaddrInet6 // large enough for an address of either family
}

// watched is what drain knows of a socket; its place in the list is its descriptor.
type watched struct {
	open   bool
	mute   bool // it does not ring, and is always behind
	behind bool // it is in the list
	seat   int
	turn   uint64 // that it was read in last
	taken  int    // in that turn
}

func newNetwork() (network, error) {
	bell, err := newBell()
	if err != nil {
		bell = nil // then each socket is asked
	}
	return &rawNetwork{bell: bell, outbox: newOutbox()}, nil
}

// inUse reports whether a port could not be bound because another program has it.
func inUse(err error) bool { return errors.Is(err, unix.EADDRINUSE) }

func (n *rawNetwork) listen(addr netip.AddrPort, seat int) (socket, error) {
	family, local := unix.AF_INET6, sockaddr(addr)
	if addr.Addr().Is4() {
		family = unix.AF_INET
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("make socket: %w", err)
	}
	if err := prepare(fd, family, local); err != nil {
		_ = unix.Close(fd) // nothing was sent through it
		return nil, err
	}
	return &rawSocket{fd: fd, seat: seat, network: n, local: addr.Addr()}, nil
}

// prepare binds a socket.
func prepare(fd, family int, local unix.Sockaddr) error {
	// Routers that know classes put speech first; where it is not allowed we go without.
	if family == unix.AF_INET {
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_TOS, expeditedForwarding)
	} else {
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_TCLASS, expeditedForwarding)
	}
	if err := unix.Bind(fd, local); err != nil {
		return fmt.Errorf("bind: %w", err)
	}
	return nil
}

// suspect has the next drain read a socket until it is empty.
func (n *rawNetwork) suspect(fd int) {
	if w := &n.watched[fd]; !w.behind {
		w.behind = true
		n.behind = append(n.behind, fd)
	}
}

// mostOfOne is how many packets of a socket one drain reads. A call sends one or two in
// the time until the next; more have waited for us. Who floods a port floods his own.
const mostOfOne = 4

// drain reads the packets of all sockets, a few of each.
func (n *rawNetwork) drain(receive receiver, more func() bool) {
	n.turn++
	n.catchUp(receive, more)
	if n.bell == nil {
		return
	}
	for {
		rung := n.bell.listen()
		for i := range rung {
			n.answer(&rung[i], receive)
		}
		if len(rung) < len(n.bell.rung) || !more() {
			return
		}
	}
}

// answer reads one packet, as each has rung by itself, unless its socket has had its share.
func (n *rawNetwork) answer(rung *unix.SignalfdSiginfo, receive receiver) {
	if unix.Signal(rung.Signo) == overflown {
		for fd := range n.watched {
			n.suspect(fd)
		}
		return
	}
	fd := int(rung.Fd)
	if fd < 0 || fd >= len(n.watched) || !n.watched[fd].open {
		return // it is closed, and the descriptor may be another's
	}
	if !n.share(fd) {
		n.suspect(fd)
		return
	}
	n.take(fd, receive)
}

// catchUp reads the sockets of the list, and takes those off it that are empty. For how
// many there was time decides who comes first in the next turn.
func (n *rawNetwork) catchUp(receive receiver, more func() bool) {
	list := n.behind
	n.behind = list[:0]
	for i, fd := range list {
		if i%64 == 63 && !more() {
			n.behind = append(list[i:], n.behind...)
			return
		}
		w := &n.watched[fd]
		empty := !w.open
		for !empty && n.share(fd) {
			empty = !n.take(fd, receive)
		}
		if w.behind = !empty || w.open && w.mute; w.behind {
			n.behind = append(n.behind, fd)
		}
	}
}

// share reports whether one more packet of a socket may be read in this turn, and counts it.
func (n *rawNetwork) share(fd int) bool {
	w := &n.watched[fd]
	if w.turn != n.turn {
		w.turn, w.taken = n.turn, 0
	}
	w.taken++
	return w.taken <= mostOfOne
}

// take reads a packet of a socket and reports whether there may be another one.
func (n *rawNetwork) take(fd int, receive receiver) bool {
	size, errno := n.read(fd)
	if errno == 0 {
		receive(n.watched[fd].seat, n.buffer[:size], n.source())
	}
	return errno != unix.EAGAIN // others tell of a packet that we sent
}

// read takes one packet into the buffer and its source into from.
func (n *rawNetwork) read(fd int) (size int, errno unix.Errno) {
	length := uint32(unsafe.Sizeof(n.from))
	got, _, errno := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd),
		uintptr(unsafe.Pointer(&n.buffer)), uintptr(len(n.buffer)), 0,
		uintptr(unsafe.Pointer(&n.from)), uintptr(unsafe.Pointer(&length)))
	return int(got), errno
}

// source returns from as an address.
func (n *rawNetwork) source() netip.AddrPort {
	port := ntohs(n.from.Port)
	if n.from.Family == unix.AF_INET {
		v4 := (*unix.RawSockaddrInet4)(unsafe.Pointer(&n.from))
		return netip.AddrPortFrom(netip.AddrFrom4(v4.Addr), port)
	}
	return netip.AddrPortFrom(netip.AddrFrom16(n.from.Addr).Unmap(), port)
}

func (n *rawNetwork) flush(unsent func(seat int)) { n.outbox.flush(unsent) }

func (n *rawNetwork) close() error {
	if n.bell == nil {
		return n.outbox.close()
	}
	return errors.Join(n.bell.close(), n.outbox.close())
}

// rawSocket sends to one address at a time and keeps it in the kernel's form.
type rawSocket struct {
	fd      int
	seat    int
	network *rawNetwork
	to      netip.AddrPort
	raw     unix.RawSockaddrInet6 // to; of either family
	length  uintptr               // of raw
	tied    bool                  // to to
	rings   bool                  // it was watched, and may be watched now
	local   netip.Addr
}

func (s *rawSocket) send(packet []byte, to netip.AddrPort) error {
	if to != s.to {
		s.untie()
		s.aim(to)
	}
	if s.network.outbox.take(s, packet) {
		return nil
	}
	if errno := s.write(packet); errno != 0 {
		return errno
	}
	return nil
}

// warm implements socket.
func (s *rawSocket) warm() int { return s.fd + int(s.to.Port()) + int(s.length) }

// write sends a packet to to, now.
func (s *rawSocket) write(packet []byte) unix.Errno {
	errno := s.writeOnce(packet)
	if errno == unix.ECONNREFUSED {
		errno = s.writeOnce(packet) // it was said of an earlier packet, and instead of sending this one
	}
	return errno
}

func (s *rawSocket) writeOnce(packet []byte) unix.Errno {
	raw, length := unsafe.Pointer(&s.raw), s.length
	if s.tied {
		raw, length = nil, 0
	}
	_, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(s.fd),
		uintptr(unsafe.Pointer(unsafe.SliceData(packet))), uintptr(len(packet)), 0, uintptr(raw), length)
	return errno
}

// aim makes to the address that is sent to.
func (s *rawSocket) aim(to netip.AddrPort) {
	s.to = to
	if to.Addr().Is4() {
		v4 := (*unix.RawSockaddrInet4)(unsafe.Pointer(&s.raw))
		*v4 = unix.RawSockaddrInet4{Family: unix.AF_INET, Port: ntohs(to.Port()), Addr: to.Addr().As4()}
		s.length = unix.SizeofSockaddrInet4
		return
	}
	s.raw = unix.RawSockaddrInet6{Family: unix.AF_INET6, Port: ntohs(to.Port()), Addr: to.Addr().As16()}
	s.length = unix.SizeofSockaddrInet6
}

func (s *rawSocket) close() error {
	if s.rings {
		s.network.watched[s.fd].open = false
	}
	if err := unix.Close(s.fd); err != nil {
		return fmt.Errorf("close socket: %w", err)
	}
	return nil
}

// sockaddr returns addr as the kernel takes it for binding.
func sockaddr(addr netip.AddrPort) unix.Sockaddr {
	if addr.Addr().Is4() {
		return &unix.SockaddrInet4{Addr: addr.Addr().As4(), Port: int(addr.Port())}
	}
	return &unix.SockaddrInet6{Addr: addr.Addr().As16(), Port: int(addr.Port())}
}

// ntohs turns a port from network to host order, and back.
func ntohs(port uint16) uint16 {
	var b [2]byte
	binary.NativeEndian.PutUint16(b[:], port)
	return binary.BigEndian.Uint16(b[:])
}
