package link

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/gorilla/websocket"

	"tsunagi/shared/wire"
)

// site is a server in memory: TLS over net.Pipe, so that it lives inside a synctest
// bubble and time is the test's own. Accepted connections come out of accepted.
type site struct {
	url      string
	config   *tls.Config
	accepted chan *Conn
	refused  chan error
	connect  dialFunc
}

func newSite(t *testing.T, limits Limits) *site {
	t.Helper()
	s := &site{accepted: make(chan *Conn, 1), refused: make(chan error, 1)}
	server, connect := startServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := Accept(w, r, limits)
		if err != nil {
			s.refused <- err
			return
		}
		s.accepted <- conn
	}))
	s.url, s.config, s.connect = "wss://example.com"+wire.Path, clientConfig(server), connect
	return s
}

func clientConfig(server *httptest.Server) *tls.Config {
	return server.Client().Transport.(*http.Transport).TLSClientConfig
}

func startServer(t *testing.T, handler http.Handler) (*httptest.Server, dialFunc) {
	t.Helper()
	listener := &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
	server := httptest.NewUnstartedServer(handler)
	server.Listener.Close()
	server.Listener = listener
	server.StartTLS()
	t.Cleanup(server.Close)
	return server, listener.dial
}

// pair is a desktop's and a server's end of one connection.
func pair(t *testing.T, desktop, server Limits) (*Conn, *Conn) {
	t.Helper()
	s := newSite(t, server)
	d, err := dial(t.Context(), s.url, s.config, desktop, s.connect)
	if err != nil {
		t.Fatal(err)
	}
	v := <-s.accepted
	t.Cleanup(func() {
		d.Close(CloseNormal, "")
		v.Close(CloseNormal, "")
	})
	return d, v
}

// stranger is a client that is not ours: it sends what it likes and reads only
// when told.
func (s *site) stranger(t *testing.T) (*websocket.Conn, *Conn) {
	t.Helper()
	dialer := websocket.Dialer{
		NetDialContext:  s.connect,
		TLSClientConfig: s.config,
		Subprotocols:    []string{wire.Subprotocol},
	}
	ws, _, err := dialer.DialContext(t.Context(), s.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ws.NetConn().(*tls.Conn).NetConn().Close() })
	conn := <-s.accepted
	t.Cleanup(func() { conn.Close(CloseNormal, "") })
	return ws, conn
}

type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case l.conns <- there:
		return here, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "pipe" }
