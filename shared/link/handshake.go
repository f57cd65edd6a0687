package link

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/gorilla/websocket"

	"tsunagi/shared/wire"
)

// ErrVersion says that the peer speaks another version of the API, or none.
var ErrVersion = errors.New("peer does not speak " + wire.Subprotocol)

// Dial connects to a server at a wss address under DesktopLimits; see Dialer.Dial.
func Dial(ctx context.Context, url string, config *tls.Config) (*Conn, error) {
	return Dialer{TLS: config}.Dial(ctx, url)
}

// Dialer says how to connect. The zero value is ready to use.
type Dialer struct {
	TLS     *tls.Config // nil: the system's certificate authorities are trusted
	Limits  Limits      // zero: DesktopLimits
	Connect ConnectFunc // nil: TCP; never through a proxy
}

// ConnectFunc makes the connection under TLS.
type ConnectFunc func(ctx context.Context, network, address string) (net.Conn, error)

// Dial connects to a server at a wss address. ctx bounds the handshake only. The
// caller must Close the connection.
//
// The error is ErrVersion for a server of another version; errors of the TLS
// handshake, a pin's among them, are wrapped and found by errors.Is and errors.As.
func (d Dialer) Dial(ctx context.Context, url string) (*Conn, error) {
	if !strings.HasPrefix(url, "wss://") {
		return nil, fmt.Errorf("dial %s: only wss is spoken", url)
	}
	config := d.TLS.Clone()
	if config == nil {
		config = new(tls.Config)
	}
	config.MinVersion = max(config.MinVersion, tls.VersionTLS12)
	limits := d.Limits
	if limits == (Limits{}) {
		limits = DesktopLimits()
	}
	dialer := websocket.Dialer{
		NetDialContext:  d.Connect,
		TLSClientConfig: config,
		Subprotocols:    []string{wire.Subprotocol},
	}
	ws, response, err := dialer.DialContext(ctx, url, nil)
	switch {
	case errors.Is(err, websocket.ErrBadHandshake) && response != nil:
		return nil, fmt.Errorf("dial %s: answered with %s: %w", url, response.Status, ErrVersion)
	case err != nil:
		return nil, fmt.Errorf("dial %s: %w", url, err)
	case ws.Subprotocol() != wire.Subprotocol:
		ws.Close()
		return nil, fmt.Errorf("dial %s: %w", url, ErrVersion)
	}
	return start(ws, nil, limits), nil
}

// Accept answers a desktop's handshake. On an error the response has been written:
// 403 to a browser, 400 to what is no handshake; a desktop of another version is
// connected and closed at once with 1002, and the error is ErrVersion. The caller
// must Close the connection.
func Accept(w http.ResponseWriter, r *http.Request, limits Limits) (*Conn, error) {
	upgrader := websocket.Upgrader{
		Subprotocols: []string{wire.Subprotocol},
		CheckOrigin:  func(r *http.Request) bool { return len(r.Header.Values("Origin")) == 0 },
	}
	upgraded := &hijacker{ResponseWriter: w}
	ws, err := upgrader.Upgrade(upgraded, r, nil)
	if err != nil {
		return nil, fmt.Errorf("accept %s: %w", r.RemoteAddr, err)
	}
	conn := start(ws, upgraded.batch, limits)
	if ws.Subprotocol() != wire.Subprotocol {
		return nil, errors.Join(
			fmt.Errorf("accept %s: %w", r.RemoteAddr, ErrVersion),
			conn.Close(websocket.CloseProtocolError, "want "+wire.Subprotocol))
	}
	return conn, nil
}
