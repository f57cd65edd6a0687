package stripe

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	lib "github.com/stripe/stripe-go/v85"

	"tsunagi/server"
	"tsunagi/server/acquirer/oneshot"
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
	clients map[ivr.MerchantID]client
	moto    bool
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
	roots, err := oneshot.Roots(c.RootsFile)
	if err != nil {
		return nil, fmt.Errorf("make Stripe's client: %w", err)
	}
	a := &Acquirer{clients: make(map[ivr.MerchantID]client), moto: c.MOTO}
	backends := lib.NewBackendsWithConfig(&lib.BackendConfig{
		URL: lib.String(strings.TrimSuffix(c.URL, "/")),
		HTTPClient: &http.Client{
			Transport: transport{&oneshot.Client{TLS: &tls.Config{RootCAs: roots}, Connect: connectTimeout, MaxAnswer: maxAnswer}}, Timeout: totalTimeout,
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

// Name is "stripe".
func (a *Acquirer) Name() string { return "stripe" }
