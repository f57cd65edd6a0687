package oneshot

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// serve is an HTTPS server and a client that trusts it.
func serve(t *testing.T, handler http.HandlerFunc) (*Client, *url.URL) {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	target, err := url.Parse(server.URL + "/pay?a=1")
	if err != nil {
		t.Fatal(err)
	}
	return &Client{TLS: &tls.Config{RootCAs: roots}, Connect: 5 * time.Second, MaxAnswer: 1 << 20}, target
}

func TestDo(t *testing.T) {
	long := bytes.Repeat([]byte("0123456789abcdef"), 5000) // several TLS records
	c, target := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Method != http.MethodPost || r.RequestURI != "/pay?a=1" || string(body) != "the body" || r.Header.Get("X-A") != "b" ||
			r.ContentLength != 8 || !r.Close || r.ProtoMajor != 1 {
			t.Errorf("got %s %s %v %q", r.Method, r.RequestURI, r.Header, body)
		}
		w.WriteHeader(http.StatusEarlyHints) // an answer that announces another one
		w.Header().Set("X-C", "d")
		w.WriteHeader(http.StatusAccepted)
		for part := range bytes.Lines(long) { // in chunks
			_, _ = w.Write(part)
			_ = http.NewResponseController(w).Flush()
		}
	})
	body := append(make([]byte, 0, 20), "the body"...)
	got := c.Do(t.Context(), Request{Method: http.MethodPost, URL: target, Header: http.Header{"X-A": {"b"}}, Body: body})
	if got.Status != http.StatusAccepted || got.Header.Get("X-C") != "d" || !bytes.Equal(got.Body, long) || !got.Sent || got.WroteAt.IsZero() || got.Cause != "" {
		t.Errorf("got status %d, %d bytes, %v, %q", got.Status, len(got.Body), got.Header, got.Cause)
	}
	if !bytes.Equal(body[:cap(body)], make([]byte, 20)) {
		t.Error("the request's body is not wiped")
	}
}

// What was read of an answer is wiped in the buffers of crypto/tls and of the parser.
func TestNothingIsLeftOfAnAnswer(t *testing.T) {
	const secret = "378282246310005"
	c, target := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(bytes.Repeat([]byte(secret), 4000))
	})
	conn, err := c.dial(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.send(Request{Method: http.MethodGet, URL: target}); err != nil {
		t.Fatal(err)
	}
	_, _, body, err := conn.receive(http.MethodGet, 1<<20)
	if err != nil || len(body) != 4000*len(secret) {
		t.Fatal(len(body), err)
	}
	lent := append(conn.lent, conn.raw.lent...)
	held := 0
	for _, p := range lent {
		held += bytes.Count(p[:cap(p)], []byte(secret))
	}
	if held < 4000 {
		t.Fatalf("the buffers had the secret %d times: these are not the buffers", held)
	}
	conn.close()
	for _, p := range lent {
		if bytes.Contains(p[:cap(p)], []byte(secret)) {
			t.Error("a buffer still has the secret")
		}
	}
}

func TestAnswersThatAreNone(t *testing.T) {
	for name, row := range map[string]struct {
		handler http.HandlerFunc
		cause   string
	}{
		"too long": {func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // a server that leaves it unread resets the connection
			_, _ = w.Write(make([]byte, 2<<20))
		}, "too_long"},
		"cut off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write(make([]byte, 50))
		}, "cut_off"},
		"broken off": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "connection_lost"},
	} {
		c, target := serve(t, row.handler)
		got := c.Do(t.Context(), Request{Method: http.MethodPost, URL: target, Body: []byte("x")})
		if got.Status != 0 || got.Body != nil || got.Cause != row.cause || !got.Sent {
			t.Errorf("%s: got %+v, want %s", name, got, row.cause)
		}
	}
}

// When the context ends, Do returns: before a byte has left, that is certain.
func TestDeadlines(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close() //nolint:errcheck // nothing to lose
	silent, gone := make(chan struct{}), make(chan struct{})
	c, target := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then does a server see its client go
		close(silent)
		<-r.Context().Done()
		close(gone)
		panic(http.ErrAbortHandler)
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-silent; cancel() }()
	if got := c.Do(ctx, Request{Method: http.MethodPost, URL: target, Body: []byte("x")}); got.Cause != "deadline" || !got.Sent {
		t.Errorf("got %+v, want a deadline after sending", got)
	}
	<-gone
	c.Connect = 50 * time.Millisecond
	got := c.Do(t.Context(), Request{Method: http.MethodPost, URL: &url.URL{Scheme: "https", Host: listener.Addr().String()}, Body: []byte("x")})
	if got.Sent || !got.WroteAt.IsZero() || !strings.HasPrefix(got.Cause, "connect") {
		t.Errorf("got %+v, want nothing sent", got)
	}
	if got := c.Do(ctx, Request{Method: http.MethodPost, URL: target, Body: []byte("x")}); got.Sent {
		t.Errorf("after its context has ended: got %+v, want nothing sent", got)
	}
	if got := c.Do(t.Context(), Request{URL: &url.URL{Scheme: "http", Host: "localhost"}}); got.Sent || got.Cause != errScheme.Error() {
		t.Errorf("without TLS: got %+v", got)
	}
}

func TestMask(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "",
		"378282246310005":            "***************",
		"x3782-822463-10005y":        "x****-******-*****y",
		"3782 822463 10005":          "**** ****** *****",
		"1378282246310005378282":     "1***************378282",
		"37828224631000":             "37828224631000",
		"3782--82246310005":          "3782--82246310005",
		"378282246310005.":           "***************.",
		`"a":"378282246310005","b"`:  `"a":"***************","b"`,
		"3378282246310005 and more":  "3*************** and more",
		"37378282246310005, or this": "37***************, or this",
	} {
		got := []byte(text)
		if Mask(got, []byte("378282246310005")); string(got) != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	got := []byte("abc")
	if Mask(got, nil); string(got) != "abc" {
		t.Errorf("without a secret: got %q", got)
	}
}

func TestReadSecret(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(path, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if text, err := ReadSecret(path, ""); err != nil || string(text) != "secret" {
		t.Errorf("got %q, %v", text, err)
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o666} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadSecret(path, "roll the key"); err == nil || !strings.Contains(err.Error(), "chmod 600") ||
			!strings.Contains(err.Error(), "roll the key") || strings.Contains(err.Error(), "secret") {
			t.Errorf("mode %o: got %v", mode, err)
		}
	}
	if _, err := ReadSecret(filepath.Dir(path), ""); err == nil {
		t.Error("a folder was read")
	}
	if _, err := ReadSecret(path+"-none", ""); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestRoots(t *testing.T) {
	if pool, err := Roots(""); pool != nil || err != nil {
		t.Errorf("without a file: got %v, %v", pool, err)
	}
	path := filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(path, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Roots(path); err == nil || !strings.Contains(err.Error(), "PEM") {
		t.Errorf("got %v", err)
	}
	if _, err := Roots(path + "-none"); err == nil {
		t.Error("a missing file is not told")
	}
}
