package veritrans4g

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"encoding/pem"
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
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tsunagi/server"
	"tsunagi/server/payment"
)

// against makes a client for a server of the test's own.
func against(t *testing.T, server *httptest.Server) *Acquirer {
	t.Helper()
	roots := filepath.Join(t.TempDir(), "roots.pem")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(roots, certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	return client(t, server.URL, roots)
}

func client(t *testing.T, address, roots string) *Acquirer {
	t.Helper()
	g, err := New(Config{
		URL: address, Dummy: true, RootsFile: roots,
		Accounts: Accounts{of: map[ivr.MerchantID]account{"shop": newAccount(vectorCCID, vectorKey)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// serve is an HTTPS server whose own complaints are not heard.
func serve(t *testing.T, change func(*httptest.Server), handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.EnableHTTP2 = false
	if change != nil {
		change(server)
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// Where no byte of the request can have left, the answer says so; and only there.
func TestNotSent(t *testing.T) {
	answering := func(w http.ResponseWriter, r *http.Request) { t.Error("a request arrived") }
	tests := []struct {
		name  string
		make  func(t *testing.T) *Acquirer
		cause string
	}{
		{"nobody listens", func(t *testing.T) *Acquirer {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			if err := listener.Close(); err != nil {
				t.Fatal(err)
			}
			return client(t, "https://"+listener.Addr().String(), "")
		}, "connect"},
		{"a certificate of an unknown authority", func(t *testing.T) *Acquirer {
			return client(t, serve(t, nil, answering).URL, "")
		}, "tls_unknown_authority"},
		{"a certificate for another host", func(t *testing.T) *Acquirer {
			server := serve(t, nil, answering)
			g := against(t, server)
			g.client.TLS.ServerName = "gateway.example.net"
			return g
		}, "tls_other_host"},
		{"TLS 1.1", func(t *testing.T) *Acquirer {
			return against(t, serve(t, func(s *httptest.Server) {
				s.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
			}, answering))
		}, "tls"},
		{"no TLS at all", func(t *testing.T) *Acquirer {
			server := httptest.NewServer(http.HandlerFunc(answering))
			t.Cleanup(server.Close)
			return client(t, "https"+strings.TrimPrefix(server.URL, "http"), "")
		}, "tls"},
		{"a handshake that never ends", func(t *testing.T) *Acquirer {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = listener.Close() })
			return client(t, "https://"+listener.Addr().String(), "")
		}, "connect_deadline"},
		{"a merchant without an account", func(t *testing.T) *Acquirer {
			g := client(t, DefaultURL, "")
			g.accounts = Accounts{}
			return g
		}, "no_account"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g := test.make(t)
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			got := g.Authorize(ctx, ask("ivr-1", 100), canary)
			if got.Reply != payment.ReplyNotSent || got.Cause != test.cause || !got.WroteAt.IsZero() {
				t.Errorf("got %+v, want not_sent %q", got, test.cause)
			}
			if _, err := g.Inquire(ctx, key("ivr-1")); err == nil {
				t.Error("an inquiry was answered by nobody")
			}
		})
	}
}

// A card that is gone, or was never given, leaves nothing to send.
func TestNotSentWithoutCard(t *testing.T) {
	g := client(t, DefaultURL, "")
	for want, c := range map[string]payment.Card{"card_gone": goneCard{}, "card_unreadable": nil} {
		if got := g.Authorize(t.Context(), ask("ivr-1", 100), c); got.Reply != payment.ReplyNotSent || got.Cause != want {
			t.Errorf("got %+v, want not_sent %q", got, want)
		}
	}
}

type goneCard struct{}

func (goneCard) Use(func(pan, expiry, code []byte) error) error {
	return errors.New("the card is wiped")
}

// Each request has a connection of its own, and none is sent twice, not even when
// the connection dies at once.
func TestOneRequestOneConnection(t *testing.T) {
	var connections, requests atomic.Int32
	server := serve(t, func(s *httptest.Server) {
		s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				connections.Add(1)
			}
		}
	}, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if requests.Add(1)%2 == 0 {
			panic(http.ErrAbortHandler)
		}
		_, _ = w.Write(said(nil))
	})
	g := against(t, server)
	for n := range 4 {
		got := g.Authorize(t.Context(), ask(askedOrder, askedAmount), canary)
		if want := []payment.Reply{payment.ReplyApproved, payment.ReplyLost}[n%2]; got.Reply != want {
			t.Errorf("%d: got %+v, want %s", n, got, want)
		}
	}
	if requests.Load() != 4 || connections.Load() != 4 {
		t.Errorf("4 authorizations made %d requests over %d connections", requests.Load(), connections.Load())
	}
}

// The request is what section 1 says, and no proxy of the environment sees it.
func TestRequestHead(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
	var once sync.Once
	heads := make(chan *http.Request, 1)
	server := serve(t, nil, func(w http.ResponseWriter, r *http.Request) {
		once.Do(func() { heads <- r })
		_, _ = w.Write(said(nil))
	})
	g := against(t, server)
	if got := g.Authorize(t.Context(), ask(askedOrder, askedAmount), canary); got.Reply != payment.ReplyApproved {
		t.Fatalf("got %+v", got)
	}
	head := <-heads
	if head.Method != http.MethodPost || head.URL.Path != "/test-paynow/v2/Authorize/card" || head.ContentLength <= 0 ||
		head.Header.Get("Content-Type") != "application/x-www-form-urlencoded" || head.Header.Get("Accept-Language") != "ja" ||
		head.Header.Get("Accept-Encoding") != "" {
		t.Errorf("got %s %s, %d bytes, %v", head.Method, head.URL, head.ContentLength, head.Header)
	}
}

// A span with more orders than one answer may bring is searched in halves, which
// leave out no minute and ask for none twice.
func TestBooksInHalves(t *testing.T) {
	const layout = "200601021504"
	minutes := map[string]int{}
	server := serve(t, nil, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		text, _ := url.QueryUnescape(string(body))
		var asked struct {
			Params struct {
				SearchParameters struct {
					Common struct{ TxnDatetime struct{ From, To string } }
				}
			}
		}
		if err := json.Unmarshal([]byte(text), &asked); err != nil {
			t.Error(err)
		}
		span := asked.Params.SearchParameters.Common.TxnDatetime
		from, _ := time.ParseInLocation(layout, span.From, japan)
		until, _ := time.ParseInLocation(layout, span.To, japan)
		if until.Sub(from) >= 5*time.Minute {
			_, _ = w.Write([]byte(strings.Replace(searched, "false", "true", 1)))
			return
		}
		for ; !from.After(until); from = from.Add(time.Minute) {
			minutes[from.Format(layout)]++
		}
		_, _ = w.Write([]byte(searched))
	})
	g := against(t, server)
	from := time.Date(2023, 8, 30, 6, 50, 20, 0, time.UTC)
	books, err := g.Books(t.Context(), "shop", from, from.Add(time.Hour))
	if err != nil || len(books) != 1 || len(books["ivr-1"].Transactions) != 3 {
		t.Errorf("got %+v, %v; want one order with its three transactions once", books, err)
	}
	if len(minutes) != 61 || minutes["202308301550"] != 1 || minutes["202308301650"] != 1 {
		t.Errorf("%d minutes were asked for, want 61 of 15:50 to 16:50 in Japan: %v", len(minutes), minutes)
	}
	for minute, times := range minutes {
		if times != 1 {
			t.Errorf("minute %s was asked for %d times", minute, times)
		}
	}
}

// An inquiry about an order that an answer has no authorization of, or another order
// in it, is an error; the same answer to a search by time is not.
func TestInquiryOfAnother(t *testing.T) {
	for name, body := range map[string]string{
		"another order":    searched,
		"no authorization": strings.NewReplacer("ivr-1", "ivr-2", `"Authorize"`, `"Capture"`).Replace(searched),
	} {
		server := serve(t, nil, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) })
		g := against(t, server)
		if got, err := g.Inquire(t.Context(), key("ivr-2")); err == nil {
			t.Errorf("%s: got %+v, want an error", name, got)
		}
		if books, err := g.Books(t.Context(), "shop", time.Now(), time.Now()); err != nil || len(books) != 1 {
			t.Errorf("%s: got %+v, %v; want one order", name, books, err)
		}
	}
}

// A minute with too many orders cannot be halved: an error, not an endless search.
func TestBooksOfOneMinute(t *testing.T) {
	server := serve(t, nil, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(strings.Replace(searched, "false", "true", 1)))
	})
	from := time.Date(2023, 8, 30, 6, 50, 0, 0, time.UTC)
	if books, err := against(t, server).Books(t.Context(), "shop", from, from.Add(3*time.Minute)); err == nil {
		t.Errorf("got %+v, want an error", books)
	}
}

// A customer who hangs up, or a deadline in the middle of it all, never makes a
// request that has left one that was not sent.
func TestCancelledInTheMiddle(t *testing.T) {
	arrived := make(chan struct{})
	server := serve(t, nil, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		close(arrived)
		<-r.Context().Done()
		panic(http.ErrAbortHandler) // no answer: returning would be one
	})
	g := against(t, server)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	if got := g.Authorize(ctx, ask("ivr-1", 100), canary); got.Reply != payment.ReplyLost || got.Cause != "deadline" || got.WroteAt.IsZero() {
		t.Errorf("got %+v, want lost", got)
	}
}
