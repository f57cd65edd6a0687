package oneshot

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Client makes requests. Its fields do not change once it is in use.
type Client struct {
	TLS       *tls.Config   // of which MinVersion, RootCAs and ServerName (empty: the URL's host) are used
	Connect   time.Duration // how long connecting may take, the handshake with it
	MaxAnswer int           // bytes of a body; a longer one is no answer
}

// Request is what is sent.
type Request struct {
	Method string
	URL    *url.URL    // https
	Header http.Header // without Host, Content-Length and Connection
	Body   []byte      // wiped by Do, all of its capacity
}

// Answer is what became of a request. Status 0 says that there is no answer; Cause
// then says why.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte // whoever has read it wipes it

	Cause   string    // words of ours
	Sent    bool      // whether a byte of the request may have left
	WroteAt time.Time // when the first byte left; zero where none was seen to
}

// maxHead is more than the head of any answer takes.
const maxHead = 64 << 10

// errScheme: what is sent here may be seen by nobody on the way.
var errScheme = errors.New("the URL must begin with https")

// Do sends a request once and reads its answer. It returns at the latest when ctx
// ends, and by then nothing more of the request can leave.
func (c *Client) Do(ctx context.Context, r Request) (answer Answer) {
	defer clear(r.Body[:cap(r.Body)])
	if r.URL.Scheme != "https" || r.URL.Host == "" {
		return Answer{Cause: errScheme.Error()}
	}
	conn, err := c.dial(ctx, r.URL)
	if err != nil {
		return Answer{Cause: failure(ctx, err, false)}
	}
	defer conn.close()
	// A deadline in the past ends every read and write that waits.
	stop := context.AfterFunc(ctx, func() { _ = conn.raw.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if ctx.Err() != nil {
		return Answer{Cause: failure(ctx, ctx.Err(), false)}
	}
	answer.Sent, answer.WroteAt = true, time.Now()
	if err := conn.send(r); err != nil {
		// The other side may have answered all the same, and reset; that answer is
		// not waited for: the request is not known to be whole.
		answer.Cause = failure(ctx, err, true)
		return answer
	}
	status, header, body, err := conn.receive(r.Method, c.MaxAnswer)
	if err != nil {
		answer.Cause = failure(ctx, err, true)
		return answer
	}
	answer.Status, answer.Header, answer.Body = status, header, body
	return answer
}

// dial makes the connection, within the time that connecting may take.
func (c *Client) dial(ctx context.Context, to *url.URL) (*connection, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Connect)
	defer cancel()
	port := to.Port()
	if port == "" {
		port = "443"
	}
	var dialer net.Dialer
	plain, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(to.Hostname(), port))
	if err != nil {
		return nil, err
	}
	settings := &tls.Config{
		MinVersion: tls.VersionTLS12, RootCAs: c.TLS.RootCAs, ServerName: c.TLS.ServerName,
		NextProtos: []string{"http/1.1"},
	}
	if settings.ServerName == "" {
		settings.ServerName = to.Hostname()
	}
	raw := &records{Conn: plain}
	secure := tls.Client(raw, settings)
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(&handshakeError{err}, plain.Close())
	}
	return &connection{Conn: secure, raw: raw}, nil
}

// send writes a request. The head has no secret; the body goes from the caller's
// buffer into the cipher, and nowhere else.
func (c *connection) send(r Request) error {
	var head bytes.Buffer
	fmt.Fprintf(&head, "%s %s HTTP/1.1\r\nHost: %s\r\n", r.Method, r.URL.RequestURI(), r.URL.Host)
	header := r.Header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Set("Connection", "close")
	if len(r.Body) > 0 || r.Method == http.MethodPost {
		header.Set("Content-Length", strconv.Itoa(len(r.Body)))
	}
	if err := header.Write(&head); err != nil {
		return err
	}
	head.WriteString("\r\n")
	if _, err := c.Conn.Write(head.Bytes()); err != nil {
		return err
	}
	_, err := c.Conn.Write(r.Body)
	return err
}

// Reasons of receive, in the words of Answer.Cause.
var (
	errCutOff  = errors.New("cut_off")
	errTooLong = errors.New("too_long")
)

// receive reads an answer. What it returns is a copy; its own buffers are wiped when
// the connection closes.
func (c *connection) receive(method string, maxBody int) (status int, header http.Header, body []byte, err error) {
	limited := &io.LimitedReader{R: c, N: int64(2*maxBody + maxHead)} // room for what chunks cost
	reader := bufio.NewReader(limited)
	var response *http.Response
	for range 8 { // answers that announce another one
		if response, err = http.ReadResponse(reader, &http.Request{Method: method}); err != nil {
			return 0, nil, nil, err
		}
		if response.StatusCode >= 200 {
			break
		}
	}
	whole := make([]byte, 0, 16<<10)
	defer func() { clear(whole[:cap(whole)]) }()
	for {
		if len(whole) == cap(whole) {
			whole = grown(whole)
		}
		n, err := response.Body.Read(whole[len(whole):cap(whole)])
		whole = whole[:len(whole)+n]
		// Before the error: where we stop reading, the answer looks cut off.
		if len(whole) > maxBody || limited.N <= 0 {
			return 0, nil, nil, errTooLong
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return 0, nil, nil, errors.Join(errCutOff, err)
		}
	}
	return response.StatusCode, response.Header, bytes.Clone(whole), nil
}

// grown is a larger copy; the smaller one is wiped.
func grown(b []byte) []byte {
	larger := make([]byte, len(b), 2*cap(b))
	copy(larger, b)
	clear(b[:cap(b)])
	return larger
}

// handshakeError marks an error of the TLS handshake.
type handshakeError struct{ error }

func (e *handshakeError) Unwrap() error { return e.error }

// failure names an error of the way there or back in our own words: the libraries'
// may hold text of what was received.
func failure(ctx context.Context, err error, sent bool) string {
	var (
		unknownAuthority x509.UnknownAuthorityError
		wrongHost        x509.HostnameError
		badCertificate   x509.CertificateInvalidError
		handshake        *handshakeError
		name             *net.DNSError
		dialing          *net.OpError
	)
	switch {
	case sent && ctx.Err() != nil:
		return "deadline"
	case errors.Is(err, errTooLong):
		return errTooLong.Error()
	case errors.Is(err, errCutOff):
		return errCutOff.Error()
	case sent:
		return "connection_lost"
	case errors.As(err, &unknownAuthority):
		return "tls_unknown_authority"
	case errors.As(err, &wrongHost):
		return "tls_other_host"
	case errors.As(err, &badCertificate):
		return "tls_certificate_invalid"
	case errors.As(err, &handshake) && ctx.Err() == nil && !errors.Is(err, context.DeadlineExceeded):
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
