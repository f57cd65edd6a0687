package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"tsunagi/shared/link"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

// DefaultPort is tsunagid's port for desktops, used where an address names none.
const DefaultPort = "8443"

// Options are what a Client needs; all but Address and Log must be set.
type Options struct {
	Address     string // host:port of the server; empty until SetServer
	Pins        Pins
	Tokens      Tokens
	Owner       Owner       // whose session is resumed at the start; zero: that of whoever logged in last
	Workstation string      // this installation: a session is bound to it
	Notify      func(Event) // see the package comment
	Log         *slog.Logger

	connect link.ConnectFunc // the tests' network; nil is TCP
}

// Client is the connection to one server at a time. Make one with Start.
type Client struct {
	options Options
	log     *slog.Logger
	cancel  context.CancelFunc
	done    chan struct{}

	// keeping makes a change of the token one step, here and in the store. It is taken
	// before mu.
	keeping sync.Mutex

	mu         sync.Mutex
	address    string
	refusedPin bool               // Distrust: do not dial until told
	restart    context.CancelFunc // ends the attempt in progress
	current    *connection        // takes requests; nil unless connected
	state      State
	kept       kept      // the token of state.Session, or of an earlier start
	tidyAt     time.Time // when the store is looked through; zero: nothing old is there
	picture    picture
	clock      clock
}

// Start begins to connect. The caller must Stop the client.
func Start(options Options) *Client {
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	ctx, cancel := context.WithCancel(context.Background())
	c := &Client{
		options: options,
		log:     options.Log,
		cancel:  cancel,
		done:    make(chan struct{}),
		address: options.Address,
		restart: func() {},
		tidyAt:  time.Now(),
	}
	c.state.Link = Link{Phase: PhaseIdle, SinceMs: time.Now().UnixMilli(), Address: options.Address}
	go c.run(ctx)
	return c
}

// Stop closes the connection and waits for every goroutine of the client. The
// session stays at the server, to be resumed.
func (c *Client) Stop() {
	c.cancel()
	<-c.done
}

// State is the sum of all events so far. What it points to is not to be altered.
func (c *Client) State() State {
	c.mu.Lock()
	defer c.mu.Unlock()
	state := c.state
	state.Snapshot = c.picture.snapshot
	return state
}

// ParseAddress reads host or host:port and spells it as host:port.
func ParseAddress(typed string) (string, error) {
	host, port, err := net.SplitHostPort(typed)
	if err != nil {
		host, port, err = net.SplitHostPort(net.JoinHostPort(typed, DefaultPort))
	}
	if err != nil || host == "" || strings.ContainsAny(host, " /?#@[]%") {
		return "", errors.New("a server is named host or host:port")
	}
	if number, err := strconv.ParseUint(port, 10, 16); err != nil || number == 0 {
		return "", errors.New("a server's port is a number from 1 to 65535")
	}
	return net.JoinHostPort(host, port), nil
}

// SetServer goes to another server, or tries the same one again. A session at the
// old one is left there.
func (c *Client) SetServer(typed string) error {
	address, err := ParseAddress(typed)
	if err != nil {
		return &wire.Error{Code: wire.CodeBadRequest, Message: message.ServerAddressRule}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refusedPin = false
	if address != c.address {
		c.address = address
		c.kept, c.tidyAt = kept{}, time.Now()
		c.clock = clock{}
		c.state.Link.OffsetMs = 0
		c.leaveLocked(&wire.LoggedOut{})
		c.setPhaseLocked(PhaseConnecting, nil, "")
	}
	c.restart()
	return nil
}

// Trust pins the certificate that the server has just shown and connects. The
// fingerprint must be the shown one: what the person compared is what is pinned.
func (c *Client) Trust(fingerprint string) error {
	c.mu.Lock()
	address, shown := c.address, c.state.Link.Certificate
	c.mu.Unlock()
	parsed, err := ParseFingerprint(fingerprint)
	if err != nil || shown == nil || shown.Fingerprint != parsed {
		return &wire.Error{Code: wire.CodeBadRequest, Message: message.CertificateOther}
	}
	if err := c.options.Pins.SetPin(address, parsed); err != nil {
		return c.cannotKeep("keep pin", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refusedPin = false
	c.restart()
	return nil
}

// Distrust forgets the server's pin and stays away from it until SetServer.
func (c *Client) Distrust() error {
	c.mu.Lock()
	address := c.address
	c.mu.Unlock()
	if err := c.options.Pins.RemovePin(address); err != nil {
		return c.cannotKeep("remove pin", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refusedPin = true
	c.restart()
	return nil
}

func (c *Client) cannotKeep(deed string, err error) *wire.Error {
	c.log.Error(deed, slog.Any("error", err))
	return &wire.Error{Code: wire.CodeInternal, Message: message.CannotKeep}
}

// setPhaseLocked tells a phase, unless nothing of it is new.
func (c *Client) setPhaseLocked(phase Phase, shown *Certificate, words string) {
	l := &c.state.Link
	if l.Phase == phase && l.Address == c.address && l.Certificate == shown && l.Message == words {
		return
	}
	if l.Phase != phase {
		l.SinceMs = time.Now().UnixMilli()
	}
	l.Phase, l.Address, l.Certificate, l.Message = phase, c.address, shown, words
	c.tellLinkLocked()
}

func (c *Client) tellLinkLocked() {
	copied := c.state.Link
	c.options.Notify(Event{Link: &copied})
}

func (c *Client) leaveLocked(loggedOut *wire.LoggedOut) {
	had := c.state.Session != nil
	c.state.Session = nil
	c.picture = picture{}
	if had && loggedOut != nil {
		c.options.Notify(Event{LoggedOut: loggedOut})
	}
}
