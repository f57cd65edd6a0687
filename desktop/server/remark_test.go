package server

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"tsunagi/desktop/server/servertest"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

// A certificate out of date is told, and work goes on: the pin says whose it is.
func TestCertificateOutOfDate(t *testing.T) {
	now := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name        string
		from, until time.Duration
		want        bool
	}{
		{"valid", -time.Hour, time.Hour, false},
		{"ran out", -2 * time.Hour, -time.Hour, true},
		{"not yet valid, or a clock that is slow", time.Hour, 2 * time.Hour, true},
	} {
		leaf := &x509.Certificate{NotBefore: now.Add(test.from), NotAfter: now.Add(test.until)}
		if got := expired(leaf, now); got != test.want {
			t.Errorf("%s: got %t, want %t", test.name, got, test.want)
		}
	}
}

// watch starts a client without a fake network and waits for the words of a phase.
func watch(t *testing.T, address, pin string, phase Phase) Link {
	t.Helper()
	s := newStore()
	if pin != "" {
		s.pins[address] = pin
	}
	links := make(chan Link, 100)
	c := Start(Options{Address: address, Pins: s, Tokens: s, Workstation: "w", Notify: func(e Event) {
		if e.Link != nil {
			links <- *e.Link
		}
	}})
	t.Cleanup(c.Stop)
	late := time.After(20 * time.Second)
	for {
		select {
		case l := <-links:
			if l.Phase == phase {
				return l
			}
		case <-late:
			t.Fatalf("%s did not come; the link is %+v", phase, c.State().Link)
		}
	}
}

func TestConnectedDespiteADate(t *testing.T) {
	d := &servertest.Desk{Session: wire.Session{Token: "t"}, Expired: true}
	d.Start(t)
	if got := watch(t, d.Address, d.Fingerprint, PhaseConnected); got.Message != message.CertificateExpired {
		t.Errorf("got %q, want %q", got.Message, message.CertificateExpired)
	}
}

// What answers without TLS is no server of ours; nothing is sent to it but a greeting.
func TestAnotherServerAtTheAddress(t *testing.T) {
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	if got := watch(t, plain.Listener.Addr().String(), "", PhaseLost); got.Message != message.ServerIsAnother {
		t.Errorf("without TLS: got %q, want %q", got.Message, message.ServerIsAnother)
	}
}

// A web server with TLS and the pinned certificate, but not our API.
func TestServerWithoutTheAPI(t *testing.T) {
	web := httptest.NewTLSServer(http.NotFoundHandler())
	defer web.Close()
	got := watch(t, web.Listener.Addr().String(), certificate(web.Certificate()).Fingerprint, PhaseRefused)
	if got.Message != message.VersionMismatch {
		t.Errorf("got %q, want %q", got.Message, message.VersionMismatch)
	}
}

// One that takes the connection and says nothing is lost after dialTimeout.
func TestServerThatStallsAtOnce(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go io.Copy(io.Discard, conn) //nolint:errcheck // it ends with the client
		}
	}()
	begin := time.Now()
	if got := watch(t, listener.Addr().String(), "", PhaseLost); got.Message != "" {
		t.Errorf("got %q, want no words but that it is tried again", got.Message)
	}
	if took := time.Since(begin); took < dialTimeout {
		t.Errorf("gave up after %v, want %v", took, dialTimeout)
	}
}

func TestWhyUnreachable(t *testing.T) {
	for _, test := range []struct {
		err  error
		want string
	}{
		{fmt.Errorf("dial: %w", &net.DNSError{IsNotFound: true}), message.ServerNameUnknown},
		{&net.DNSError{IsTimeout: true}, ""},
		{errors.New("connection refused"), ""},
	} {
		if got := whyUnreachable(test.err); got != test.want {
			t.Errorf("%v: got %q, want %q", test.err, got, test.want)
		}
	}
}
