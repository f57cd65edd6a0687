package veritrans4g

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/url"
	"strings"
	"time"

	"tsunagi/server"
	"tsunagi/server/acquirer/oneshot"
	"tsunagi/server/payment"
)

// DefaultURL is the gateway's address since 2024.
const DefaultURL = "https://api3.veritrans.co.jp:443"

// The times that a request may take (section 1). The caller's context may be shorter.
const (
	connectTimeout = 10 * time.Second
	totalTimeout   = 60 * time.Second
)

// Body is how a request stands in the body of its POST.
type Body string

// The bodies. The gateway takes both.
const (
	BodyForm Body = "form" // the JSON text percent-encoded as a whole: what the gateway's own kits send
	BodyJSON Body = "json" // the JSON text as it is
)

// Config says where the gateway is and as whom to speak to it.
type Config struct {
	URL      string // https, host and port; empty: DefaultURL
	Accounts Accounts
	Dummy    bool // no money moves; test cards only
	Body     Body // empty: BodyForm

	// RootsFile names a PEM file of further certificate authorities, for a gateway
	// behind an inspecting proxy or a simulated one. The system's stay in force;
	// whether a certificate is checked at all cannot be configured.
	RootsFile string

	// Tanking is "1" or "0" where the contract wants the field with a member ID.
	Tanking string

	// NoFreeKey leaves our attempt's ID out of the request, for contracts without
	// the member service.
	NoFreeKey bool
}

// Acquirer speaks to the gateway. It holds no connection. Its methods may be called
// together.
type Acquirer struct {
	accounts  Accounts
	base      *url.URL
	dummy     bool
	body      Body
	tanking   string
	noFreeKey bool
	client    *oneshot.Client
	total     time.Duration
}

var (
	_ payment.Acquirer   = (*Acquirer)(nil)
	_ payment.Settler    = (*Acquirer)(nil)
	_ payment.Bookkeeper = (*Acquirer)(nil)
)

// New checks the configuration. It opens no connection.
func New(c Config) (*Acquirer, error) {
	if c.URL == "" {
		c.URL = DefaultURL
	}
	if c.Body == "" {
		c.Body = BodyForm
	}
	base, err := url.Parse(c.URL)
	switch {
	case err != nil || base.Host == "" || base.User != nil || strings.Trim(base.Path, "/") != "" || base.RawQuery != "":
		return nil, fmt.Errorf("make the gateway's client: the URL wants the form %s", DefaultURL)
	case base.Scheme != "https":
		return nil, fmt.Errorf("make the gateway's client: the URL must begin with https: card numbers are sent there")
	case c.Body != BodyForm && c.Body != BodyJSON:
		return nil, fmt.Errorf("make the gateway's client: no body is spelled %q", c.Body)
	case c.Tanking != "" && c.Tanking != "0" && c.Tanking != "1":
		return nil, fmt.Errorf("make the gateway's client: tanking wants 0, 1 or nothing")
	case len(c.Accounts.of) == 0:
		return nil, fmt.Errorf("make the gateway's client: it has no merchant's account")
	}
	roots, err := oneshot.Roots(c.RootsFile)
	if err != nil {
		return nil, fmt.Errorf("make the gateway's client: %w", err)
	}
	return &Acquirer{
		accounts: c.Accounts, base: &url.URL{Scheme: "https", Host: base.Host, Path: "/"}, dummy: c.Dummy, body: c.Body,
		tanking: c.Tanking, noFreeKey: c.NoFreeKey,
		client: &oneshot.Client{TLS: &tls.Config{RootCAs: roots}, Connect: connectTimeout, MaxAnswer: maxAnswer},
		total:  totalTimeout,
	}, nil
}

// Name is "veritrans4g".
func (g *Acquirer) Name() string { return "veritrans4g" }

// checkedOrder is the transaction ID that Check asks for.
const checkedOrder = "tsunagid-check"

// Check asks the gateway for an order, to find out before the first call whether it
// can be reached and knows the merchant's account. Nothing is changed there.
func (g *Acquirer) Check(ctx context.Context, merchant ivr.MerchantID) error {
	_, err := g.Inquire(ctx, payment.OrderKey{Merchant: merchant, TransactionID: checkedOrder})
	return err
}

// account is the account of a merchant.
func (g *Acquirer) account(merchant ivr.MerchantID) (account, bool) {
	a, ok := g.accounts.of[merchant]
	return a, ok
}
