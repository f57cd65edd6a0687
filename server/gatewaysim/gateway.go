package gatewaysim

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// Account is a merchant's account at the gateway.
type Account struct {
	CCID      string
	SecretKey string
}

// Config configures a gateway.
type Config struct {
	Accounts []Account
	Ledger   string        // file of the books; empty: in memory
	Delay    time.Duration // how long an answer takes
	Faults   []Fault       // what goes wrong
	Magic    bool          // amounts ending in 9901 to 9906 ask for a fault
	Log      *slog.Logger  // nil: nothing is logged

	// Of Start and Run.
	Listen      string // address for HTTPS; empty: 127.0.0.1:8444
	Control     string // loopback address of the control endpoint (HTTP); empty: none
	Certificate string // PEM files, made where both are missing; empty: a certificate for this run
	Key         string
}

// Gateway answers the gateway's protocol. It is an http.Handler; whoever serves it
// puts TLS around it (Start does).
type Gateway struct {
	accounts map[string]string // secret key by ccid
	ledger   *ledger
	script   script
	delay    time.Duration
	magic    bool
	log      *slog.Logger

	close   sync.Once
	closing chan struct{} // ends everything that waits
}

// New makes a gateway. The caller closes it.
func New(c Config) (*Gateway, error) {
	g := &Gateway{
		accounts: make(map[string]string), delay: c.Delay, magic: c.Magic, log: c.Log, closing: make(chan struct{}),
	}
	if g.log == nil {
		g.log = slog.New(slog.DiscardHandler)
	}
	if len(c.Accounts) == 0 {
		return nil, errors.New("make the simulated gateway: it has no merchant's account")
	}
	for _, a := range c.Accounts {
		if a.CCID == "" || a.SecretKey == "" {
			return nil, errors.New("make the simulated gateway: an account wants an ID and a secret key")
		}
		g.accounts[a.CCID] = a.SecretKey
	}
	for _, f := range c.Faults {
		if err := g.script.add(f); err != nil {
			return nil, fmt.Errorf("make the simulated gateway: %w", err)
		}
	}
	var err error
	if g.ledger, err = openLedger(c.Ledger); err != nil {
		return nil, fmt.Errorf("make the simulated gateway: %w", err)
	}
	return g, nil
}

// Close ends what waits and closes the books.
func (g *Gateway) Close() error {
	g.close.Do(func() { close(g.closing) })
	return g.ledger.close()
}

// Ledger lists the orders in the books whose ID matches a pattern of path.Match; all
// where it is empty.
func (g *Gateway) Ledger(pattern string) []Entry { return g.ledger.entries("", pattern) }

// Successes counts the authorizations of an order that succeeded and were not wholly
// cancelled, over all accounts: what its customer was charged for.
func (g *Gateway) Successes(order string) (n int) {
	for _, e := range g.Ledger(order) {
		n += e.Successes
	}
	return n
}

// AddFault makes something go wrong from now on.
func (g *Gateway) AddFault(f Fault) error { return g.script.add(f) }

// ClearFaults makes nothing go wrong any more.
func (g *Gateway) ClearFaults() { g.script.clear() }

// ServeHTTP answers one request.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q, err := g.readRequest(r)
	defer q.params.wipe()
	switch {
	case errors.Is(err, errMethod), errors.Is(err, errAddress):
		g.log.Warn("not a command", "method", r.Method, "error", err)
		http.NotFound(w, r)
		return
	case err != nil:
		// The words of such errors are ours and say nothing of the request.
		g.log.Warn("a request was refused", "command", q.command, "error", err)
		o := badRequest
		if errors.Is(err, errAccount) || errors.Is(err, errSignature) {
			o = noAuthority
		}
		g.after(w, r, request{}, refuse(request{}, o).answer(), Fault{})
		return
	}
	f := g.fault(q)
	if f.Kind != "" {
		g.log.Info("something goes wrong", "fault", f.Kind, "command", q.command)
	}
	if g.before(w, r, f) {
		return
	}
	a, err := g.decide(q, f)
	if err != nil {
		g.log.Error("the books failed", "error", err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	g.wait(r.Context(), g.delay)
	g.after(w, r, q, a, f)
}

// decide does what the request asks for and returns the answer to it.
func (g *Gateway) decide(q request, f Fault) (answer, error) {
	if q.command == "Search" {
		return g.ledger.search(q), nil
	}
	r, err := g.ledger.carryOut(q, f)
	if err != nil {
		return nil, err
	}
	g.log.Info("answered", "command", q.command, "txn", r.line.Txn, "code", r.code)
	return r.answer(), nil
}

// fault is what goes wrong with a request, the zero Fault for nothing.
func (g *Gateway) fault(q request) Fault {
	order := q.params.OrderID
	if q.command == "Search" {
		order = q.params.Search.Common.OrderID
	}
	f := g.script.take(q.command, order)
	if f.Kind == "" && g.magic && q.command == "Authorize" && amount.MatchString(q.params.Amount) {
		var yen int64
		for _, c := range q.params.Amount {
			yen = yen*10 + int64(c-'0')
		}
		f = magic[yen%10_000]
	}
	return f
}
