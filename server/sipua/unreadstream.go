package sipua

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"

	"github.com/emiago/sipgo/sip"
)

// attentive is a listener whose connections answer what sipgo cannot parse, before sipgo
// closes them: in a stream nobody knows where the next message begins.
type attentive struct {
	net.Listener
	answer func(data []byte, from netip.AddrPort) ([]byte, netip.AddrPort)
}

// Accept implements net.Listener.
func (l attentive) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &attention{Conn: conn, answer: l.answer}, nil
}

// attention is such a connection. Only those that peers have opened are: sipgo opens ours.
type attention struct {
	net.Conn
	answer func(data []byte, from netip.AddrPort) ([]byte, netip.AddrPort)

	mu     sync.Mutex
	handed []byte // what the reader works on; nil while it waits
}

// Read implements net.Conn.
func (c *attention) Read(p []byte) (int, error) {
	c.hand(nil)
	n, err := c.Conn.Read(p)
	c.hand(p[:n])
	return n, err
}

func (c *attention) hand(data []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.handed = data
}

// Close implements net.Conn. The reader that closes in the middle of its work has found
// something that is no message. A request that came in several pieces is not answered.
func (c *attention) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if rest := unparsable(c.handed); rest != nil {
		from, _ := netip.ParseAddrPort(c.RemoteAddr().String())
		if answer, _ := c.answer(rest, netip.AddrPortFrom(from.Addr().Unmap(), from.Port())); answer != nil {
			_, _ = c.Conn.Write(answer)
		}
	}
	c.handed = nil
	return c.Conn.Close()
}

// unparsable is data from its first message on that cannot be parsed, nil where all can.
func unparsable(data []byte) []byte {
	parser := sip.NewParser()
	for len(data) > 0 {
		m, n, err := parser.Parse(data, true)
		switch {
		case errors.Is(err, io.ErrUnexpectedEOF):
			return nil // the rest is on its way
		case errors.Is(err, sip.ErrParseReadBodyIncomplete) && m.ContentLength() != nil:
			return nil
		case err != nil:
			return data
		}
		data = data[n:]
	}
	return nil
}
