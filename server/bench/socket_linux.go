package bench

import (
	"fmt"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	batch         = 128      // packets to one system call
	receiveBuffer = 64 << 20 // bytes; the kernel doubles it
	controlBytes  = 64       // room for one timestamp
)

// mmsghdr is struct mmsghdr of recvmmsg(2) and sendmmsg(2).
type mmsghdr struct {
	hdr    unix.Msghdr
	length uint32
	_      [4]byte
}

// socket is a UDP socket that sends and receives in batches. It belongs to one
// goroutine.
type socket struct {
	fd    int
	local netip.AddrPort

	in      [batch]mmsghdr
	inFrom  [batch]unix.RawSockaddrInet4
	inVec   [batch]unix.Iovec
	inMeta  [batch][controlBytes]byte
	buffers []byte
	room    int // bytes of a buffer

	out    [batch]mmsghdr
	outTo  [batch]unix.RawSockaddrInet4
	outVec [batch][2]unix.Iovec
	queued int
	failed uint64 // packets that the kernel did not take
}

// newSocket binds a socket on a port of addr, 0 for any; a packet may be room bytes
// long.
func newSocket(addr netip.AddrPort, room int) (*socket, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("make socket: %w", err)
	}
	s := &socket{fd: fd, room: room, buffers: make([]byte, batch*room)}
	if err := s.prepare(addr); err != nil {
		_ = unix.Close(fd)
		return nil, err
	}
	for i := range batch {
		s.inVec[i].Base = &s.buffers[i*room]
		s.inVec[i].SetLen(room)
		h := &s.in[i].hdr
		h.Name, h.Iov, h.Control = (*byte)(unsafe.Pointer(&s.inFrom[i])), &s.inVec[i], &s.inMeta[i][0]
		h.Iovlen = 1
		s.outTo[i].Family = unix.AF_INET
		o := &s.out[i].hdr
		o.Name, o.Namelen = (*byte)(unsafe.Pointer(&s.outTo[i])), unix.SizeofSockaddrInet4
		o.Iov = &s.outVec[i][0]
	}
	return s, nil
}

func (s *socket) prepare(addr netip.AddrPort) error {
	// Forced, because the usual limit is less than a second of 2,000 calls holds; that
	// takes root, which the PBX needs anyway.
	if err := unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, receiveBuffer); err != nil {
		return fmt.Errorf("set receive buffer (as root?): %w", err)
	}
	if err := unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_SNDBUFFORCE, receiveBuffer); err != nil {
		return fmt.Errorf("set send buffer: %w", err)
	}
	if err := unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1); err != nil {
		return fmt.Errorf("ask for timestamps: %w", err)
	}
	if err := unix.Bind(s.fd, &unix.SockaddrInet4{Addr: addr.Addr().As4(), Port: int(addr.Port())}); err != nil {
		return fmt.Errorf("bind %s: %w", addr, err)
	}
	bound, err := unix.Getsockname(s.fd)
	if err != nil {
		return fmt.Errorf("ask for the port: %w", err)
	}
	s.local = netip.AddrPortFrom(addr.Addr(), uint16(bound.(*unix.SockaddrInet4).Port))
	return nil
}

// queue adds a packet of two parts; the second may be nil. The parts must not change
// before flush.
func (s *socket) queue(to netip.AddrPort, head, body []byte) {
	if s.queued == batch {
		s.flush()
	}
	i := s.queued
	s.outTo[i].Addr, s.outTo[i].Port = to.Addr().As4(), swap(to.Port())
	s.outVec[i][0].Base = unsafe.SliceData(head)
	s.outVec[i][0].SetLen(len(head))
	s.out[i].hdr.Iovlen = 1
	if body != nil {
		s.outVec[i][1].Base = unsafe.SliceData(body)
		s.outVec[i][1].SetLen(len(body))
		s.out[i].hdr.Iovlen = 2
	}
	s.queued++
}

// flush sends what is queued.
func (s *socket) flush() {
	for done := 0; done < s.queued; {
		n, _, errno := unix.RawSyscall6(unix.SYS_SENDMMSG, uintptr(s.fd),
			uintptr(unsafe.Pointer(&s.out[done])), uintptr(s.queued-done), 0, 0, 0)
		if errno != 0 || n == 0 {
			s.failed++
			n = 1 // that one is lost
		}
		done += int(n)
	}
	s.queued = 0
}

// drain gives every packet that has come to take, with the port it came from and the
// kernel's time. The packet is overwritten afterwards.
func (s *socket) drain(take func(packet []byte, from uint16, at int64)) {
	for {
		for i := range batch {
			s.in[i].hdr.Namelen = unix.SizeofSockaddrInet4
			s.in[i].hdr.SetControllen(controlBytes)
		}
		n, _, errno := unix.RawSyscall6(unix.SYS_RECVMMSG, uintptr(s.fd),
			uintptr(unsafe.Pointer(&s.in[0])), batch, unix.MSG_DONTWAIT, 0, 0)
		if errno != 0 {
			return
		}
		for i := range int(n) {
			packet := s.buffers[i*s.room : i*s.room+int(s.in[i].length)]
			take(packet, swap(s.inFrom[i].Port), s.timeOf(i))
		}
		if n < batch {
			return
		}
	}
}

// timeOf is when the kernel took a packet in, in nanoseconds of its real-time clock.
func (s *socket) timeOf(i int) int64 {
	meta := &s.inMeta[i]
	head := (*unix.Cmsghdr)(unsafe.Pointer(meta))
	if s.in[i].hdr.Controllen < uint64(unix.CmsgLen(16)) || head.Type != unix.SO_TIMESTAMPNS {
		return now()
	}
	return (*unix.Timespec)(unsafe.Pointer(&meta[unix.CmsgLen(0)])).Nano()
}

// dropped is how many packets found the receive buffer full.
func (s *socket) dropped() uint64 {
	var info [9]uint32 // SK_MEMINFO_VARS
	length := uint32(unsafe.Sizeof(info))
	_, _, errno := unix.RawSyscall6(unix.SYS_GETSOCKOPT, uintptr(s.fd), unix.SOL_SOCKET, unix.SO_MEMINFO,
		uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&length)), 0)
	if errno != 0 {
		return 0
	}
	return uint64(info[8]) // SK_MEMINFO_DROPS
}

func (s *socket) close() { _ = unix.Close(s.fd) }

// now is the kernel's real-time clock, the one its timestamps are of.
func now() int64 {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_REALTIME, &t) // it cannot fail for this clock
	return t.Nano()
}

// swap turns a port from network to host order, and back.
func swap(port uint16) uint16 { return port<<8 | port>>8 }
