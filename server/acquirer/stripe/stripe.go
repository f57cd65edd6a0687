package stripe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	lib "github.com/stripe/stripe-go/v85"

	"tsunagi/server"
	"tsunagi/server/payment"
)

// The times that a request may take. The caller's context may be shorter.
const (
	connectTimeout = 10 * time.Second
	totalTimeout   = 60 * time.Second
)

// Config says as whom to speak to Stripe.
type Config struct {
	Keys Keys
	MOTO bool   // Stripe has enabled mail and telephone orders for the accounts
	URL  string // https; empty: Stripe's own

	// RootsFile names a PEM file of further certificate authorities. Whether a
	// certificate is checked at all cannot be configured.
	RootsFile string
}

// Acquirer speaks to Stripe. Its methods may be called together.
type Acquirer struct {
	clients   map[ivr.MerchantID]client
	moto      bool
	transport *http.Transport
}

// client is one merchant's way to Stripe.
type client struct {
	*lib.Client
	raw lib.Backend
	key secret
}

var (
	_ payment.Acquirer   = (*Acquirer)(nil)
	_ payment.Settler    = (*Acquirer)(nil)
	_ payment.Bookkeeper = (*Acquirer)(nil)
)

// New checks the configuration. It opens no connection.
func New(c Config) (*Acquirer, error) {
	if c.URL == "" {
		c.URL = lib.APIURL
	}
	if u, err := url.Parse(c.URL); err != nil || u.Scheme != "https" || u.Host == "" {
		return nil, errors.New("make Stripe's client: the URL must begin with https: card numbers are sent there")
	}
	if len(c.Keys.of) == 0 {
		return nil, errors.New("make Stripe's client: it has no merchant's key")
	}
	roots, err := rootPool(c.RootsFile)
	if err != nil {
		return nil, fmt.Errorf("make Stripe's client: %w", err)
	}
	a := &Acquirer{
		clients: make(map[ivr.MerchantID]client), moto: c.MOTO,
		transport: newTransport(&tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}),
	}
	backends := lib.NewBackendsWithConfig(&lib.BackendConfig{
		URL: lib.String(strings.TrimSuffix(c.URL, "/")),
		HTTPClient: &http.Client{
			Transport: lender{a.transport}, Timeout: totalTimeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		LeveledLogger:     &lib.LeveledLogger{Level: lib.LevelNull},
		MaxNetworkRetries: lib.Int64(0),
		EnableTelemetry:   lib.Bool(false),
	})
	for merchant, key := range c.Keys.of {
		a.clients[merchant] = client{lib.NewClient(key(), lib.WithBackends(backends)), backends.API, key}
	}
	return a, nil
}

// newTransport makes connections that wipe what net/http wrote.
func newTransport(settings *tls.Config) *http.Transport {
	dialer := &net.Dialer{Timeout: connectTimeout}
	return &http.Transport{
		DialTLSContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			ctx, cancel := context.WithTimeout(ctx, connectTimeout)
			defer cancel()
			conn, err := (&tls.Dialer{NetDialer: dialer, Config: settings}).DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return &wipingConn{conn}, nil
		},
		IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 64 << 10,
	}
}

// rootPool is the system's authorities and those of a file; nil means the system's.
func rootPool(path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the certificate authorities: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("read the system's certificate authorities: %w", err)
	}
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("read the certificate authorities: %s holds no certificate (PEM)", path)
	}
	return pool, nil
}

// Name is "stripe".
func (a *Acquirer) Name() string { return "stripe" }

// Close ends the connections that wait for a next request.
func (a *Acquirer) Close() { a.transport.CloseIdleConnections() }
