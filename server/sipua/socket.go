package sipua

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/emiago/sipgo/sip"
)

const (
	// readBufferBytes holds some 4,000 requests while the reader waits for the
	// processor; the kernel may grant less (net.core.rmem_max).
	readBufferBytes = 4 << 20

	// refusalsPerSecond bounds what is sent to sources that are not allowed, who may
	// be anybody with a forged address.
	refusalsPerSecond = 20

	// readFailures in a row mean that the socket is gone and not just a datagram.
	readFailures = 100
)

// A socket is the UDP socket as sipgo sees it. What does not come from an allowed
// source never reaches sipgo, so that no transaction, connection or goroutine is made
// for it; and one failed read does not end sipgo's reader.
type socket struct {
	*net.UDPConn
	allowed []netip.Prefix // empty: anywhere
	called  func()         // a stranger has sent an INVITE

	// answer is asked for the answer to what sipgo cannot parse, and where that goes.
	answer func(data []byte, from netip.AddrPort) ([]byte, netip.AddrPort)

	handed     []byte         // the datagram that the reader works on; only the reader uses it
	handedFrom netip.AddrPort // whence
	parsed     atomic.Bool    // it was a message

	mu       sync.Mutex
	second   time.Time // the second in which refusals were counted
	refusals int
}

// listen opens the socket on a "host:port".
func listen(address string, allowed []netip.Prefix, called func()) (*socket, error) {
	local, err := net.ResolveUDPAddr("udp", address)
	if err != nil {
		return nil, fmt.Errorf("listen for SIP on %q: want host:port: %w", address, err)
	}
	conn, err := net.ListenUDP("udp", local)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("listen for SIP on udp %s: the port is in use, perhaps by a PBX on this machine or by another tsunagid; stop that program or choose another port: %w", address, err)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, fmt.Errorf("listen for SIP on udp %s: this machine has no such address; use one of its own or 0.0.0.0: %w", address, err)
	case err != nil:
		return nil, fmt.Errorf("listen for SIP on udp %s: %w", address, err)
	}
	if err := conn.SetReadBuffer(readBufferBytes); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("set the read buffer of udp %s: %w", address, err)
	}
	return &socket{UDPConn: conn, allowed: allowed, called: called}, nil
}

// ReadFrom waits for the next datagram of an allowed source. The one before has been
// dealt with by then: sipgo has one reader, which hands a message to arrive itself.
func (s *socket) ReadFrom(p []byte) (int, net.Addr, error) {
	s.answerUnread()
	failures := 0
	for {
		n, from, err := s.ReadFromUDPAddrPort(p)
		if errors.Is(err, net.ErrClosed) {
			return 0, nil, err
		}
		if err != nil {
			// On Windows an ICMP "port unreachable" for something sent earlier ends a
			// read with an error, and so does a datagram longer than p.
			if failures++; failures > readFailures {
				return 0, nil, err
			}
			continue
		}
		failures = 0
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		if !admits(s.allowed, from.Addr()) {
			s.refuse(p[:n], from)
			continue
		}
		// RFC 3261 7.5: empty lines before a message mean nothing.
		if rest := bytes.TrimLeft(p[:n], "\r\n"); len(rest) > 0 && len(rest) < n {
			n = copy(p, rest)
		}
		s.handed, s.handedFrom = p[:n], from
		s.parsed.Store(false)
		return n, net.UDPAddrFromAddrPort(from), nil
	}
}

// answerUnread answers the datagram that was handed out last where it was no message.
func (s *socket) answerUnread() {
	data := s.handed
	s.handed = nil
	if data == nil || s.parsed.Load() {
		return
	}
	if answer, to := s.answer(data, s.handedFrom); answer != nil {
		_, _ = s.WriteToUDPAddrPort(answer, to)
	}
	clear(data) // it may report a key
}

// admits reports whether a source may talk to us; no networks are anywhere.
func admits(allowed []netip.Prefix, a netip.Addr) bool {
	if len(allowed) == 0 {
		return true
	}
	for _, prefix := range allowed {
		if prefix.Contains(a) {
			return true
		}
	}
	return false
}

// refuse answers a stranger's request with 403, a few times a second, and keeps nothing.
func (s *socket) refuse(data []byte, from netip.AddrPort) {
	if bytes.HasPrefix(data, []byte("INVITE ")) {
		s.called()
	}
	if !s.mayRefuse(time.Now()) {
		return
	}
	msg, err := sip.ParseMessage(data)
	if err != nil {
		return
	}
	req, ok := msg.(*sip.Request)
	if !ok || req.IsAck() || req.Via() == nil || req.CSeq() == nil {
		return
	}
	req.SetTransport("UDP")
	req.SetSource(from.String())
	res := sip.NewResponseFromRequest(req, sip.StatusForbidden, "Forbidden", nil)
	res.SipVersion = sipVersion
	// Whatever Via asks for, the answer goes back to where the datagram came from.
	_, _ = s.WriteToUDPAddrPort([]byte(res.String()), from)
}

func (s *socket) mayRefuse(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if second := now.Truncate(time.Second); !second.Equal(s.second) {
		s.second, s.refusals = second, 0
	}
	s.refusals++
	return s.refusals <= refusalsPerSecond
}
