package link

import (
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/gorilla/websocket"

	"tsunagi/shared/wire"
)

func TestDialOverLoopback(t *testing.T) {
	accepted := make(chan *Conn, 1)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := Accept(w, r, ServerLimits())
		if err != nil {
			t.Error(err)
			return
		}
		accepted <- conn
	}))
	defer server.Close()
	desktop, err := Dial(t.Context(), "wss"+strings.TrimPrefix(server.URL, "https"), clientConfig(server))
	if err != nil {
		t.Fatal(err)
	}
	conn := <-accepted
	if err := desktop.Send(wire.KindLogout, 7, nil); err != nil {
		t.Fatal(err)
	}
	if frame := receive(t, conn); frame.Kind != wire.KindLogout || frame.ID != 7 || frame.Body != nil {
		t.Errorf("got %+v", frame)
	}
	if err := desktop.Close(CloseGoingAway, "quit"); err != nil {
		t.Errorf("Close: %v", err)
	}
	<-conn.Done()
	if err := conn.Close(CloseNormal, ""); err != nil {
		t.Errorf("Close of the ended side: %v", err)
	}
}

func TestDialRefuses(t *testing.T) {
	old := &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
	otherVersion := websocket.Upgrader{Subprotocols: []string{"tsunagi.v0"}}
	tests := []struct {
		name    string
		scheme  string
		tls     *tls.Config
		handler http.HandlerFunc
		want    string
	}{
		{"plain text", "ws", nil, http.NotFound, "only wss is spoken"},
		{"http", "https", nil, http.NotFound, "only wss is spoken"},
		{"TLS 1.1", "wss", old, http.NotFound, "protocol version"},
		{"no WebSocket", "wss", nil, http.NotFound, "404 Not Found: peer does not speak tsunagi.v1"},
		{"other version", "wss", nil, func(w http.ResponseWriter, r *http.Request) {
			if ws, err := otherVersion.Upgrade(w, r, nil); err == nil {
				ws.Close()
			}
		}, "peer does not speak tsunagi.v1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := httptest.NewUnstartedServer(test.handler)
			server.TLS = test.tls
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			server.StartTLS()
			defer server.Close()
			url := test.scheme + strings.TrimPrefix(server.URL, "https")
			conn, err := Dial(t.Context(), url, clientConfig(server))
			if err == nil {
				conn.Close(CloseNormal, "")
				t.Fatal("connected")
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %q, want it to say %q", err, test.want)
			}
		})
	}
}

func TestAcceptRefusesBrowsers(t *testing.T) {
	for _, origin := range []string{"https://example.com", "null", ""} {
		t.Run(origin, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSite(t, ServerLimits())
				browser := websocket.Dialer{
					NetDialContext:  s.connect,
					TLSClientConfig: s.config,
					Subprotocols:    []string{wire.Subprotocol},
				}
				_, response, err := browser.DialContext(t.Context(), s.url, http.Header{"Origin": {origin}})
				if err == nil || response == nil || response.StatusCode != http.StatusForbidden {
					t.Fatalf("got %v, %v, want 403", response, err)
				}
				<-s.refused
			})
		})
	}
}

func TestAcceptTellsAnotherVersion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t, ServerLimits())
		dialer := websocket.Dialer{NetDialContext: s.connect, TLSClientConfig: s.config, Subprotocols: []string{"tsunagi.v9"}}
		ws, _, err := dialer.DialContext(t.Context(), s.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer ws.Close()
		wantClose(t, ws, websocket.CloseProtocolError)
		if err := <-s.refused; !errors.Is(err, ErrVersion) {
			t.Errorf("got %v, want ErrVersion", err)
		}
	})
}
