package bench

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"runtime"
	"strconv"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Floor is what the packets alone cost: a bare loop sends and takes as many as the calls
// of an IVR have, and does nothing else.
type Floor struct {
	Plateaus []Plateau `json:"plateaus"`
}

// floorPort is the first port of the bare loop; a call takes every other one.
const floorPort = 20000

// BareLoop sends 50 packets a second from a socket for each call to an address, and reads
// what comes to it, for ever: the plain way to move the packets of so many calls. 20
// slots of 1 ms, raw system calls, connected sockets, one epoll that is drained in each
// slot.
func BareLoop(calls int, to netip.AddrPort) error {
	runtime.LockOSThread()
	epoll, err := unix.EpollCreate1(0)
	if err != nil {
		return err
	}
	sockets := make([]int, calls)
	for i := range sockets {
		if sockets[i], err = unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK, 0); err != nil {
			return err
		}
		if err := unix.Bind(sockets[i], &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}, Port: floorPort + 2*i}); err != nil {
			return fmt.Errorf("bind port %d: %w", floorPort+2*i, err)
		}
		if err := unix.Connect(sockets[i], &unix.SockaddrInet4{Addr: to.Addr().As4(), Port: int(to.Port())}); err != nil {
			return fmt.Errorf("connect to %s: %w", to, err)
		}
		event := unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(sockets[i])}
		if err := unix.EpollCtl(epoll, unix.EPOLL_CTL_ADD, sockets[i], &event); err != nil {
			return err
		}
	}
	fmt.Println("ready")
	packet := make([]byte, headerBytes+samplesPerPacket)
	packet[0] = 0x80
	var events [256]unix.EpollEvent
	var buffer [512]byte
	origin := monotonic()
	for tick := int64(0); ; tick++ {
		until := unix.NsecToTimespec(int64(origin) + tick*int64(time.Millisecond))
		_, _, _ = unix.RawSyscall6(unix.SYS_CLOCK_NANOSLEEP, unix.CLOCK_MONOTONIC, unix.TIMER_ABSTIME,
			uintptr(unsafe.Pointer(&until)), 0, 0, 0)
		turn := tick / ticks
		binary.BigEndian.PutUint16(packet[2:], uint16(turn))
		binary.BigEndian.PutUint32(packet[4:], uint32(turn)*samplesPerPacket)
		for i := int(tick % ticks); i < calls; i += int(ticks) {
			_, _, _ = unix.RawSyscall6(unix.SYS_SENDTO, uintptr(sockets[i]), uintptr(unsafe.Pointer(&packet[0])),
				uintptr(len(packet)), 0, 0, 0)
		}
		for {
			n, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(epoll),
				uintptr(unsafe.Pointer(&events)), uintptr(len(events)), 0, 0, 0)
			if errno != 0 {
				break
			}
			for _, e := range events[:n] {
				_, _, _ = unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(e.Fd), uintptr(unsafe.Pointer(&buffer)),
					uintptr(len(buffer)), 0, 0, 0)
			}
			if int(n) < len(events) {
				break
			}
		}
	}
}

// bare is the bare loop as a server under test.
type bare struct{ p *process }

func (b bare) name() string      { return "floor" }
func (b bare) target() Target    { return Target{NeverSilent: true} }
func (b bare) process() *process { return b.p }
func (b bare) stop()             { b.p.stop() }

// floor measures the bare loop.
func (r *Run) floor(out *Report) error {
	out.Floor = new(Floor)
	for _, calls := range []int{200, 1000} {
		g, err := r.callers(bare{}, calls)
		if err != nil {
			return err
		}
		p, err := r.bareLoop(g, calls)
		g.Close()
		if err != nil {
			return err
		}
		out.Floor.Plateaus = append(out.Floor.Plateaus, p)
		r.say("floor: the packets of %d calls alone: %.3f ms of CPU per call-second, p99 gap %.2f ms", calls, p.CPU, p.GapP99)
	}
	return nil
}

func (r *Run) bareLoop(g *Generator, calls int) (Plateau, error) {
	self, err := os.Executable()
	if err != nil {
		return Plateau{}, err
	}
	log := r.Dir + "/floor.log"
	p, err := startPinned(r.ServerCore, log, nil, self, "-bare", strconv.Itoa(calls), "-to", g.rtp.local.String())
	if err != nil {
		return Plateau{}, err
	}
	defer p.stop()
	if _, err := p.says(log, "ready", startWait); err != nil {
		return Plateau{}, err
	}
	g.do(func() {
		g.script = &script{longest: int(^uint(0) >> 1), released: int(^uint(0) >> 1)}
		g.active = calls
		for i, s := range g.seats {
			s.state, s.to = stateUp, netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(floorPort+2*i))
			g.byPort[s.to.Port()] = s
		}
	})
	time.Sleep(settle)
	return g.measure(bare{p}, r.window()/2)
}
