package ws

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"sync"

	"tsunagi/server"
	"tsunagi/server/board"
	"tsunagi/server/identity"
	"tsunagi/shared/link"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

// waitingMost is how many connections may be at the login screen.
const waitingMost = 256

// Close codes of the WebSocket registry beyond those of shared/link.
const (
	closeRestart  = 1012 // service restart
	closeTryLater = 1013
)

// Calls carries out what operators ask of their calls. Errors for the person are
// *ivr.Error.
type Calls interface {
	// SendOrder returns when the order is written down and bound to the call. It
	// checks the form.
	SendOrder(ctx context.Context, operator ivr.UserKey, call ivr.CallID, form order.Form) error
	// Payable refuses an order that is paid, or that may be, with the one field that
	// says so (wire.CodeOrderRefused), before there is a call for it.
	Payable(ctx context.Context, merchant ivr.MerchantID, id order.TransactionID) error
	// Ask presses one of the buttons on a live call.
	Ask(ctx context.Context, operator ivr.UserKey, call ivr.CallID, what wire.Request) error
}

// Payments is the acquirer as far as an operator may ask it; a payment.Desk is one.
type Payments interface {
	// Inquire asks the acquirer now about an order whose outcome is open, and returns
	// the order's last attempt as it stands then. Where nothing is open it asks
	// nobody. It is ivr.ErrNotFound where the order was never tried.
	Inquire(ctx context.Context, merchant ivr.MerchantID, id order.TransactionID) (ivr.Attempt, error)
}

// Options are what a Server is made of.
type Options struct {
	Identity *identity.Identity // required
	Board    *board.Board       // required
	Calls    Calls              // required
	Payments Payments           // required
	Log      *slog.Logger       // required
	Version  string             // of this server, for the desktop to show
	Limits   link.Limits        // zero: link.ServerLimits
}

// Server answers desktops. It is the http.Handler for wire.Path, behind TLS.
type Server struct {
	Options
	orders      orders
	checks      allowances
	waitingMost int
	running     sync.WaitGroup // connections and orders under way

	mu          sync.Mutex
	closing     bool
	connections map[*connection]struct{}
	waiting     []*connection // those of them that no one has logged in on, longest first
}

// New returns a Server. Close ends it.
func New(o Options) (*Server, error) {
	if o.Identity == nil || o.Board == nil || o.Calls == nil || o.Payments == nil || o.Log == nil {
		return nil, errors.New("ws needs an identity, a board, calls, payments and a log")
	}
	if o.Limits == (link.Limits{}) {
		o.Limits = link.ServerLimits()
	}
	return &Server{Options: o, waitingMost: waitingMost, connections: make(map[*connection]struct{})}, nil
}

// ServeHTTP accepts a desktop and serves it until its connection is over.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.TLS == nil { // security requirement N1: no plaintext
		http.Error(w, "TLS is required", http.StatusForbidden)
		return
	}
	source, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		http.Error(w, "no source address", http.StatusInternalServerError)
		return
	}
	if !s.begin() {
		http.Error(w, "the server is stopping", http.StatusServiceUnavailable)
		return
	}
	defer s.running.Done()
	conn, err := link.Accept(w, r, s.Limits)
	if err != nil {
		s.Log.Warn("desktop not accepted", "source", source, "error", err)
		return
	}
	c := &connection{
		server: s, link: conn, source: source.Addr(), inquiries: make(chan struct{}, inquiriesMost),
	}
	c.log.Store(s.Log.With("source", c.source))
	if !s.add(c) {
		c.close(closeRestart, "server is stopping")
		return
	}
	defer s.remove(c)
	c.log.Load().Debug("desktop connected")
	c.serve(r.Context())
}

// Close takes no more desktops, closes every connection so that its desktop
// resumes, and waits for what is under way, until ctx ends.
func (s *Server) Close(ctx context.Context) error {
	s.mu.Lock()
	s.closing = true
	for c := range s.connections {
		s.running.Go(c.sendOff)
	}
	s.mu.Unlock()
	done := make(chan struct{})
	go func() {
		s.running.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("close the desktops' connections: %w", ctx.Err())
	}
}

// begin counts a goroutine that Close waits for, unless the server is stopping.
func (s *Server) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closing {
		s.running.Add(1)
	}
	return !s.closing
}

// add takes up a connection, unless the server is stopping. Where too many wait for a login, the one that has
// waited longest goes.
func (s *Server) add(c *connection) bool {
	s.mu.Lock()
	if s.closing {
		s.mu.Unlock()
		return false
	}
	s.connections[c] = struct{}{}
	s.waiting = append(s.waiting, c)
	var longest *connection
	if len(s.waiting) > s.waitingMost {
		longest = s.waiting[0]
		s.waiting = s.waiting[1:]
	}
	s.mu.Unlock()
	if longest != nil {
		longest.log.Load().Warn("too many connections wait for a login, the oldest is closed")
		longest.close(closeTryLater, "too many connections")
	}
	return true
}

func (s *Server) remove(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.connections, c)
	s.waiting = without(s.waiting, c)
}

// setWaiting notes whether a connection is at the login screen.
func (s *Server) setWaiting(c *connection, waiting bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting = without(s.waiting, c)
	if waiting {
		s.waiting = append(s.waiting, c)
	}
}

func (s *Server) isClosing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closing
}

func without(list []*connection, c *connection) []*connection {
	return slices.DeleteFunc(list, func(other *connection) bool { return other == c })
}
