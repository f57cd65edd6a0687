package server

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"

	"tsunagi/shared/link"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

const (
	dialTimeout  = 5 * time.Second
	beatEvery    = time.Second
	versionAgain = 30 * time.Second // an older or newer server may be replaced any time
	untilTold    = -1               // wait for Trust, Distrust or SetServer
)

// run makes one attempt after the other until ctx ends.
func (c *Client) run(ctx context.Context) {
	defer close(c.done)
	var failures backoff
	for ctx.Err() == nil {
		attempt, cancel := context.WithCancel(ctx)
		address := c.begin(cancel)
		wait := c.attempt(attempt, address, &failures)
		pause(attempt, wait)
		if attempt.Err() != nil {
			failures = backoff{} // someone asked for another attempt
		}
		cancel()
	}
}

func pause(ctx context.Context, wait time.Duration) {
	var again <-chan time.Time
	if wait != untilTold {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		again = timer.C
	}
	select {
	case <-ctx.Done():
	case <-again:
	}
}

// begin says where to dial, and lets whoever changes that end the attempt.
func (c *Client) begin(cancel context.CancelFunc) (address string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.restart = cancel
	if c.address == "" || c.refusedPin {
		c.setPhaseLocked(PhaseIdle, nil, "")
		return ""
	}
	if c.state.Link.Phase != PhaseLost {
		c.setPhaseLocked(PhaseConnecting, nil, "")
	}
	return c.address
}

// attempt dials, works with the connection until it is over, and says how long to
// wait before the next.
func (c *Client) attempt(ctx context.Context, address string, failures *backoff) time.Duration {
	if address == "" {
		return untilTold
	}
	c.tidy(address)
	conn, remark, err := c.dial(ctx, address)
	if ctx.Err() != nil {
		if conn != nil {
			conn.Close(link.CloseGoingAway, "")
		}
		return 0
	}
	if err != nil {
		return c.failed(err, failures)
	}
	began := time.Now()
	loggedOut := c.work(ctx, address, conn, remark)
	if loggedOut || ctx.Err() != nil {
		return 0
	}
	if time.Since(began) >= backoffForgets {
		*failures = backoff{}
	}
	return failures.next()
}

// dial connects. remark is for the person, about a connection that stands all the same.
func (c *Client) dial(ctx context.Context, address string) (conn *link.Conn, remark string, err error) {
	pin, err := c.options.Pins.Pin(address)
	if err == nil && pin != "" {
		pin, err = ParseFingerprint(pin)
	}
	if err != nil {
		// Without its pin the server is a stranger: the person compares again.
		c.log.Error("read pin", slog.Any("error", err))
	}
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	dialer := link.Dialer{Connect: c.options.connect, TLS: pinned(pin, func(leaf *x509.Certificate) {
		if expired(leaf, time.Now()) {
			remark = message.CertificateExpired
		}
	})}
	conn, err = dialer.Dial(ctx, "wss://"+address+wire.Path)
	return conn, remark, err
}

// failed shows why there is no connection.
func (c *Client) failed(err error, failures *backoff) time.Duration {
	c.log.Info("connect", slog.Any("error", err))
	c.mu.Lock()
	defer c.mu.Unlock()
	var stranger *unpinned
	switch {
	case errors.As(err, &stranger) && stranger.Changed:
		c.setPhaseLocked(PhaseRefused, &stranger.Certificate, message.CertificateChanged)
		return untilTold
	case errors.As(err, &stranger):
		c.setPhaseLocked(PhaseUntrusted, &stranger.Certificate, "")
		return untilTold
	case errors.Is(err, link.ErrVersion):
		c.setPhaseLocked(PhaseRefused, nil, message.VersionMismatch)
		return versionAgain
	}
	c.setPhaseLocked(PhaseLost, nil, whyUnreachable(err))
	return failures.next()
}

// whyUnreachable is what the person can do about a server that cannot be reached;
// empty where waiting is all there is.
func whyUnreachable(err error) string {
	var (
		name   *net.DNSError
		record tls.RecordHeaderError
		alert  tls.AlertError
	)
	switch {
	case errors.As(err, &name) && name.IsNotFound:
		return message.ServerNameUnknown
	case errors.As(err, &record), errors.As(err, &alert):
		return message.ServerIsAnother
	}
	return ""
}

// work resumes the session and serves the connection until it is over. It tells
// whether that was because the server logged the user out.
func (c *Client) work(ctx context.Context, address string, conn *link.Conn, remark string) (loggedOut bool) {
	n := newConnection(conn)
	var receiving sync.WaitGroup
	receiving.Go(func() { loggedOut = c.receive(address, n) })
	if err := c.resume(ctx, address, n); err != nil {
		c.log.Info("resume", slog.Any("error", err))
		conn.Close(link.CloseGoingAway, "not resumed")
	} else {
		c.use(n, remark)
		c.beat(ctx, address, n)
	}
	receiving.Wait()
	conn.Close(link.CloseNormal, "") // it is over; what counts is that its goroutines are gone
	c.log.Info("connection over", slog.Any("reason", conn.Err()))
	c.drop(ctx, loggedOut)
	return loggedOut
}

// use opens the connection to requests.
func (c *Client) use(n *connection, remark string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-n.over:
		return // lost meanwhile: connected must not be told after lost
	default:
	}
	c.current = n
	c.setPhaseLocked(PhaseConnected, nil, remark)
}

// drop closes the client to requests. Where ctx is over, whoever ended it has told
// what comes next.
func (c *Client) drop(ctx context.Context, loggedOut bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.current = nil
	c.clock = clock{}
	switch {
	case ctx.Err() != nil:
	case loggedOut:
		c.setPhaseLocked(PhaseConnecting, nil, "")
	default:
		c.setPhaseLocked(PhaseLost, nil, "")
	}
}
