package link

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gorilla/websocket"

	"tsunagi/shared/link/linktest"
	"tsunagi/shared/wire"
)

// site is a server in memory: TLS over net.Pipe, so that it lives inside a synctest
// bubble and time is the test's own. Accepted connections come out of accepted.
type site struct {
	url      string
	config   *tls.Config
	accepted chan *Conn
	refused  chan error
	connect  ConnectFunc
	through  func(http.ResponseWriter) http.ResponseWriter // nil, or what comes under a connection
}

func newSite(t *testing.T, limits Limits) *site {
	t.Helper()
	s := &site{accepted: make(chan *Conn, 1), refused: make(chan error, 1)}
	server, connect := startServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.through != nil {
			w = s.through(w)
		}
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

func startServer(t *testing.T, handler http.Handler) (*httptest.Server, ConnectFunc) {
	t.Helper()
	listener := linktest.NewListener()
	server := httptest.NewUnstartedServer(handler)
	server.Listener.Close()
	server.Listener = listener
	server.StartTLS()
	t.Cleanup(server.Close)
	return server, listener.Dial
}

// pair is a desktop's and a server's end of one connection.
func pair(t *testing.T, desktop, server Limits) (*Conn, *Conn) {
	t.Helper()
	s := newSite(t, server)
	d, err := Dialer{TLS: s.config, Limits: desktop, Connect: s.connect}.Dial(t.Context(), s.url)
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
