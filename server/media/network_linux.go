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

// epollNetwork reads all sockets through one epoll. Its system calls are raw: none of
// them waits, so the scheduler need not be told, and a packet costs no more than the
// kernel takes.
type epollNetwork struct {
	epoll  int
	outbox *outbox
	events [256]unix.EpollEvent
	buffer [maxPacketBytes]byte
	from   unix.RawSockaddrInet6 // large enough for an address of either family
}

func newNetwork() (network, error) {
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("make epoll: %w", err)
	}
	return &epollNetwork{epoll: epoll, outbox: newOutbox()}, nil
}

// inUse reports whether a port could not be bound because another program has it.
func inUse(err error) bool { return errors.Is(err, unix.EADDRINUSE) }

func (n *epollNetwork) listen(addr netip.AddrPort, seat int) (socket, error) {
	family, local := unix.AF_INET6, sockaddr(addr)
	if addr.Addr().Is4() {
		family = unix.AF_INET
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("make socket: %w", err)
	}
	if err := n.prepare(fd, family, local, seat); err != nil {
		_ = unix.Close(fd) // nothing was sent through it
		return nil, err
	}
	return &rawSocket{fd: fd, seat: seat, outbox: n.outbox}, nil
}

// prepare binds a socket and has epoll watch it.
func (n *epollNetwork) prepare(fd, family int, local unix.Sockaddr, seat int) error {
	// Routers that know classes put speech first; where it is not allowed we go without.
	if family == unix.AF_INET {
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_TOS, expeditedForwarding)
	} else {
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_TCLASS, expeditedForwarding)
	}
	if err := unix.Bind(fd, local); err != nil {
		return fmt.Errorf("bind: %w", err)
	}
	// Level-triggered: what one drain leaves unread is reported again by the next.
	event := unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd), Pad: int32(seat)}
	if err := unix.EpollCtl(n.epoll, unix.EPOLL_CTL_ADD, fd, &event); err != nil {
		return fmt.Errorf("watch socket: %w", err)
	}
	return nil
}

// mostOfOne is how many packets of a socket one drain reads. A call sends one or two in
// the time until the next; more have waited for us. Who floods a port floods his own.
const mostOfOne = 4

// drain reads the packets of all sockets, a few of each.
func (n *epollNetwork) drain(receive receiver, more func() bool) {
	for seen := 0; seen < mostOfOne; {
		ready, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(n.epoll),
			uintptr(unsafe.Pointer(&n.events)), uintptr(len(n.events)), 0, 0, 0)
		if errno != 0 || ready == 0 {
			return // interrupted, in which case the next tick reads; or nothing has come
		}
		for _, event := range n.events[:ready] {
			if size, ok := n.read(int(event.Fd)); ok {
				receive(int(event.Pad), n.buffer[:size], n.source())
			}
		}
		if int(ready) < len(n.events) {
			seen++ // all that have any
		}
		if !more() {
			return
		}
	}
}

// read takes one packet into the buffer and its source into from.
func (n *epollNetwork) read(fd int) (size int, ok bool) {
	length := uint32(unsafe.Sizeof(n.from))
	got, _, errno := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd),
		uintptr(unsafe.Pointer(&n.buffer)), uintptr(len(n.buffer)), 0,
		uintptr(unsafe.Pointer(&n.from)), uintptr(unsafe.Pointer(&length)))
	return int(got), errno == 0
}

// source returns from as an address.
func (n *epollNetwork) source() netip.AddrPort {
	port := ntohs(n.from.Port)
	if n.from.Family == unix.AF_INET {
		v4 := (*unix.RawSockaddrInet4)(unsafe.Pointer(&n.from))
		return netip.AddrPortFrom(netip.AddrFrom4(v4.Addr), port)
	}
	return netip.AddrPortFrom(netip.AddrFrom16(n.from.Addr).Unmap(), port)
}

func (n *epollNetwork) flush(unsent func(seat int)) { n.outbox.flush(unsent) }

func (n *epollNetwork) close() error {
	if err := errors.Join(unix.Close(n.epoll), n.outbox.close()); err != nil {
		return fmt.Errorf("close epoll: %w", err)
	}
	return nil
}

// rawSocket sends to one address at a time and keeps it in the kernel's form.
type rawSocket struct {
	fd     int
	seat   int
	outbox *outbox
	to     netip.AddrPort
	raw    unix.RawSockaddrInet6 // to; of either family
	length uintptr               // of raw
	tied   bool                  // to to
}

func (s *rawSocket) send(packet []byte, to netip.AddrPort) error {
	if to != s.to {
		s.untie()
		s.aim(to)
	}
	if s.outbox.take(s, packet) {
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
