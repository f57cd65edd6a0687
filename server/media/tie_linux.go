package media

import (
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// tie implements socket: the kernel calls it connecting.
func (s *rawSocket) tie(peer netip.AddrPort) bool {
	if peer != s.to {
		s.aim(peer)
	}
	_, _, errno := unix.RawSyscall(unix.SYS_CONNECT, uintptr(s.fd), uintptr(unsafe.Pointer(&s.raw)), s.length)
	s.tied = errno == 0
	return s.tied
}

// untie implements socket. The port stays bound.
func (s *rawSocket) untie() {
	if !s.tied {
		return
	}
	nobody := unix.RawSockaddrAny{Addr: unix.RawSockaddr{Family: unix.AF_UNSPEC}}
	_, _, _ = unix.RawSyscall(unix.SYS_CONNECT, uintptr(s.fd), uintptr(unsafe.Pointer(&nobody)), unsafe.Sizeof(nobody.Addr))
	s.tied = false
}
