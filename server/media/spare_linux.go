package media

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// spareFilter is the kernel's side of sparing: a program of the classic packet filter,
// which anybody may attach to a socket of his own. It sees a datagram with its UDP
// header of 8 bytes, and drops sound of one payload type unless the last bits of its
// sequence number are zero. What is no RTP it leaves to who counts it.
func spareFilter(payloadType uint8) []unix.SockFilter {
	const (
		udpHeaderBytes = 8

		first    = udpHeaderBytes // of RTP: version and flags, RFC 3550 5.1
		second   = first + 1
		sequence = first + 3 // its low byte
		take     = 0xFFFF
	)
	load := func(at uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_B | unix.BPF_ABS, K: at}
	}
	and := func(mask uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: mask}
	}
	// equal jumps over so many instructions where the value is or is not k.
	equal := func(k uint32, yes, no uint8) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jt: yes, Jf: no, K: k}
	}
	// A load from beyond the end of a datagram would drop it.
	length := unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_LEN}
	longer := func(k uint32, yes, no uint8) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K, Jt: yes, Jf: no, K: k}
	}
	result := func(k uint32) unix.SockFilter { return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: k} }
	return []unix.SockFilter{
		length, longer(udpHeaderBytes+headerBytes, 0, 10),
		load(first), and(0xC0), equal(2<<6, 0, 7), // another version than 2 is taken and counted as what it is
		load(second), equal(uint32(payloadType), 0, 5), // another type, or the marker set
		load(sequence), and(spareEvery - 1), equal(0, 1, 0),
		result(0),
		result(take), result(take),
	}
}

// spare implements socket.
func (s *rawSocket) spare(payloadType uint8) bool {
	if _, counts := s.drops(); !counts {
		return false // before Linux 4.12; what nobody can count would be taken for lost
	}
	program := spareFilter(payloadType)
	return unix.SetsockoptSockFprog(s.fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER,
		&unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}) == nil
}

// takeAll implements socket.
func (s *rawSocket) takeAll() {
	// It fails where no filter is attached, which is what was wanted.
	_ = unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_DETACH_FILTER, 0)
}

// spared implements socket.
func (s *rawSocket) spared() uint64 {
	n, _ := s.drops()
	return n
}

// drops is how many datagrams the kernel has dropped at the socket: those of the filter
// together with what finds no room, which there is plenty of.
func (s *rawSocket) drops() (n uint64, ok bool) {
	const dropped, count = 8, 9 // of SK_MEMINFO_VARS, linux/sock_diag.h
	var info [count]uint32
	length := uint32(unsafe.Sizeof(info))
	_, _, errno := unix.RawSyscall6(unix.SYS_GETSOCKOPT, uintptr(s.fd), unix.SOL_SOCKET, unix.SO_MEMINFO,
		uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&length)), 0)
	return uint64(info[dropped]), errno == 0 && length == uint32(unsafe.Sizeof(info))
}
