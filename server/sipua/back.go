package sipua

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"sync"

	"github.com/emiago/sipgo/sip"
)

// back is the way that the responses to a request take: by TCP and TLS the connection that
// it came by (RFC 3261 18.2.2).
func (e *Endpoint) back(req *sip.Request) (sip.Connection, error) {
	if req.Transport() != transportUDP {
		return e.transport.GetConnection(req.Transport(), req.Source())
	}
	source, err := netip.ParseAddrPort(req.Source())
	if err != nil || e.socket == nil {
		return nil, fmt.Errorf("source %q: %w", req.Source(), net.ErrClosed)
	}
	return &datagrams{e.socket, netip.AddrPortFrom(source.Addr(), backPort(req.Via(), source.Port()))}, nil
}

// backPort is the port that the responses to a request by UDP go to: that of Via, or that
// which it came from where its sender asks for that (RFC 3261 18.2.2, RFC 3581 4).
func backPort(via *sip.ViaHeader, source uint16) uint16 {
	rport, asked := via.Params.Get("rport")
	if asked && rport == "" {
		return source
	}
	if n, err := strconv.ParseUint(rport, 10, 16); err == nil && n > 0 {
		return uint16(n)
	}
	if via.Port > 0 && via.Port < 1<<16 {
		return uint16(via.Port)
	}
	return uint16(sip.DefaultUdpPort)
}

// aside does what may write: at once where it waits for nobody, and otherwise without
// keeping the reader of a connection from reading, on whom the peer may wait in turn.
func (e *Endpoint) aside(req *sip.Request, f func()) {
	if req.Transport() == transportUDP {
		f()
		return
	}
	e.workers.run(f)
}

// datagrams is a sip.Connection by which responses go to one address.
type datagrams struct {
	socket *socket
	to     netip.AddrPort
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// WriteMsg implements sip.Connection.
func (d *datagrams) WriteMsg(m sip.Message) error {
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	m.StringWrite(b)
	_, err := d.socket.WriteToUDPAddrPort(b.Bytes(), d.to)
	return err
}

// LocalAddr implements sip.Connection.
func (d *datagrams) LocalAddr() net.Addr { return d.socket.LocalAddr() }

// Ref implements sip.Connection. The socket is nobody's to close.
func (d *datagrams) Ref(int) int { return 1 }

// TryClose implements sip.Connection.
func (d *datagrams) TryClose() (int, error) { return 1, nil }

// Close implements sip.Connection.
func (d *datagrams) Close() error { return nil }
