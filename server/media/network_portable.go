package media

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
)

// queued is how many received packets wait for the loop before further ones are lost.
const queued = 4096

// goNetwork is UDP as the Go runtime offers it on every system: a goroutine reads each
// socket and queues what comes for the loop.
type goNetwork struct {
	arrived chan *arrival
	spare   sync.Pool // of *arrival
}

// arrival is a packet that has come.
type arrival struct {
	socket *goSocket
	source netip.AddrPort
	size   int
	buffer [maxPacketBytes]byte
}

func newGoNetwork() *goNetwork {
	n := &goNetwork{arrived: make(chan *arrival, queued)}
	n.spare.New = func() any { return new(arrival) }
	return n
}

func (n *goNetwork) listen(addr netip.AddrPort, seat int) (socket, error) {
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(addr))
	if err != nil {
		return nil, err
	}
	s := &goSocket{conn: conn, seat: seat, done: make(chan struct{})}
	go s.read(n)
	return s, nil
}

func (n *goNetwork) drain(receive receiver, more func() bool) {
	for count := 1; ; count++ {
		select {
		case a := <-n.arrived:
			if !a.socket.closed.Load() {
				receive(a.socket.seat, a.buffer[:a.size], a.source)
			}
			n.spare.Put(a)
		default:
			return
		}
		if count%64 == 0 && !more() {
			return
		}
	}
}

func (n *goNetwork) flush(func(int)) {} // nothing is kept

func (n *goNetwork) close() error { return nil }

// goSocket is a socket and the goroutine that reads it.
type goSocket struct {
	conn   *net.UDPConn
	seat   int
	closed atomic.Bool
	done   chan struct{} // closed when the goroutine is gone
}

// read queues what comes until the socket is closed.
func (s *goSocket) read(n *goNetwork) {
	defer close(s.done)
	for {
		a := n.spare.Get().(*arrival)
		size, source, err := s.conn.ReadFromUDPAddrPort(a.buffer[:])
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue // the peer's port is closed, or the packet is too long
		}
		a.socket, a.size = s, size
		a.source = netip.AddrPortFrom(source.Addr().Unmap(), source.Port())
		select {
		case n.arrived <- a:
		default: // the loop is far behind; the network loses packets too
			n.spare.Put(a)
		}
	}
}

func (s *goSocket) send(packet []byte, to netip.AddrPort) error {
	_, err := s.conn.WriteToUDPAddrPort(packet, to)
	return err
}

func (s *goSocket) watch()                  {}
func (s *goSocket) rest() bool              { return false }
func (s *goSocket) spare(uint8) bool        { return false }
func (s *goSocket) takeAll()                {}
func (s *goSocket) spared() uint64          { return 0 }
func (s *goSocket) tie(netip.AddrPort) bool { return false }
func (s *goSocket) untie()                  {}
func (s *goSocket) warm() int               { return 0 }

// close returns when the goroutine is gone.
func (s *goSocket) close() error {
	s.closed.Store(true)
	err := s.conn.Close()
	<-s.done
	if err != nil {
		return fmt.Errorf("close socket: %w", err)
	}
	return nil
}
