package veritrans4g

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// service is where a command goes. A dummy request's has another name (section 1).
type service string

const (
	paynow       service = "/paynow/v2/"
	paynowSearch service = "/paynow-search/v2/"
)

// maxAnswer bounds what is read of an answer: more than a search of 100 orders takes.
const maxAnswer = 1 << 20

// exchange is what became of a request.
type exchange struct {
	body    []byte    // of an answer with status 200; whoever has read it wipes it
	cause   string    // why there is no body: words of ours
	sent    bool      // whether a byte of the request may have left
	wroteAt time.Time // when the first byte left; zero where none was seen to
}

// target is the address of a command.
func (g *Acquirer) target(to service, command string) string {
	prefix := ""
	if g.dummy {
		prefix = "test-"
	}
	return g.base + "/" + prefix + string(to[1:]) + command
}

// post sends a body once, over a connection of its own, and wipes it. It returns
// when the answer is read, when ctx ends or after the total time, and by then
// nothing more of the request can leave.
func (g *Acquirer) post(ctx context.Context, to service, command string, body []byte) exchange {
	ctx, cancel := context.WithTimeout(ctx, g.total)
	defer cancel()
	w := &witness{}
	lent := lend(body)
	answer, err := g.roundTrip(ctx, w, g.target(to, command), lent)
	x := exchange{}
	x.sent, x.wroteAt = w.shut()
	if err != nil {
		// RoundTrip closes the body on every path, but may do so a little later.
		<-lent.closed
		x.cause = w.failure(ctx, err)
		return x
	}
	x.body, x.cause = read(ctx, answer)
	<-lent.closed
	return x
}

func (g *Acquirer) roundTrip(ctx context.Context, w *witness, target string, body *lentBody) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, target, nil)
	if err != nil {
		_ = body.Close() // never fails; RoundTrip, which would close it, is not called
		return nil, err
	}
	request.Body, request.ContentLength = body, int64(len(body.bytes))
	request.Header.Set("Content-Type", map[Body]string{
		BodyForm: "application/x-www-form-urlencoded", BodyJSON: "application/json",
	}[g.body])
	request.Header.Set("Accept-Language", "ja")
	request.Header.Set("User-Agent", "tsunagid")
	// A transport of its own for each request, without http.Client: no connection is
	// used twice, nothing is redirected, and net/http, which sends a request again
	// when a kept connection turns out dead, has none to find dead.
	transport := &http.Transport{
		DialTLSContext:         func(ctx context.Context, network, address string) (net.Conn, error) { return g.dial(ctx, w, address) },
		DisableKeepAlives:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: 64 << 10,
	}
	return transport.RoundTrip(request)
}

// dial makes the connection, within the time that connecting may take.
func (g *Acquirer) dial(ctx context.Context, w *witness, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, g.connect)
	defer cancel()
	var dialer net.Dialer
	plain, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	secure := tls.Client(plain, g.tls)
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(&handshakeError{err}, plain.Close())
	}
	return &witnessedConn{Conn: secure, witness: w}, nil
}

// handshakeError marks an error of the TLS handshake.
type handshakeError struct{ error }

func (e *handshakeError) Unwrap() error { return e.error }

// read reads the answer's body as far as it may go.
func read(ctx context.Context, answer *http.Response) (body []byte, cause string) {
	defer func() { _ = answer.Body.Close() }() // what was to be read has been read
	if answer.StatusCode != http.StatusOK {
		return nil, "http_" + strconv.Itoa(answer.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
	switch {
	case err != nil && ctx.Err() != nil:
		cause = "deadline"
	case err != nil:
		cause = "cut_off"
	case len(body) > maxAnswer:
		cause = "too_long"
	default:
		return body, ""
	}
	clear(body)
	return nil, cause
}

// failure names an error of the way there or back in our own words: net/http's may
// hold text of what was received.
func (w *witness) failure(ctx context.Context, err error) string {
	var (
		unknownAuthority x509.UnknownAuthorityError
		wrongHost        x509.HostnameError
		badCertificate   x509.CertificateInvalidError
		handshake        *handshakeError
		name             *net.DNSError
		dialing          *net.OpError
	)
	sent, _ := w.shut()
	switch {
	case sent && ctx.Err() != nil:
		return "deadline"
	case sent:
		return "connection_lost"
	case errors.As(err, &unknownAuthority):
		return "tls_unknown_authority"
	case errors.As(err, &wrongHost):
		return "tls_other_host"
	case errors.As(err, &badCertificate):
		return "tls_certificate_invalid"
	case errors.As(err, &handshake):
		return "tls"
	case errors.As(err, &name):
		return "dns"
	case errors.As(err, &dialing) && dialing.Op == "dial":
		return "connect"
	case ctx.Err() != nil:
		return "connect_deadline"
	}
	return "connect"
}
