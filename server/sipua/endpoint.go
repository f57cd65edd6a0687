package sipua

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"

	"tsunagi/server/media"
)

// ErrClosed is returned by an Endpoint that is closing.
var ErrClosed = errors.New("SIP endpoint is closing")

// An Invite is what is known of a call before anything is allocated for it.
type Invite struct {
	Number    string         // the IVR number that was called, never empty; digits as dialled in Japan
	Caller    string         // the caller's number, empty where withheld
	Source    netip.AddrPort // where the INVITE came from
	SIPCallID string         // the dialog's Call-ID, for logs
}

// A Refusal is why a call is not taken.
type Refusal struct {
	Status     int           // 404, 480, 486, 503, …
	Reason     string        // the reason phrase; empty is the usual one of Status
	RetryAfter time.Duration // sent with 503, in whole seconds rounded up; zero is none
}

// A Handler lives with one call. It is called once for each admitted INVITE, in a
// goroutine that Close waits for. A leg that still stands when it returns is ended.
type Handler func(*Leg)

// Front decides whether a call is taken. Admit must be quick and is called from
// several goroutines. It returns either a Handler, which is then always called, or a
// Refusal.
type Front interface {
	Admit(Invite) (Handler, *Refusal)
}

// An Endpoint is a SIP user agent by UDP, TCP and TLS, each where it is configured.
type Endpoint struct {
	cfg   Config
	log   *slog.Logger
	media *media.Engine
	front Front

	socket       *socket   // nil where there is none
	tcp, tls     *listener // nil where not configured
	accepting    sync.WaitGroup
	local        sip.Addr // of the socket, as sipgo's connection pool writes it
	host         string   // advertised
	port         int      // advertised
	transport    *sip.TransportLayer
	transactions *transactions
	settled      *settled
	blank        sip.Header    // of every note
	mediaAddr    netip.Addr    // advertised
	stopped      chan struct{} // closed when Serve's reader has stopped
	quit         chan struct{} // closed when Close begins
	kill         chan struct{} // closed when Close waits no longer
	tasks        sync.WaitGroup
	workers      *workers // of legs and requests

	watches      []*watch
	registrants  []*registrant
	withdraw     chan struct{} // closed when the registrations are to be taken back
	withdrawn    chan struct{} // closed when they are, or when none was begun
	withdrawOnce sync.Once

	closeOnce sync.Once
	closeErr  error

	mu      sync.Mutex
	legs    map[dialogID]seat
	invites map[inviteID]*Leg // incoming legs by the INVITE that made them
	serving bool
	closing bool
}

// A seat is a leg as one of its dialogs finds it. A leg has one dialog, and for the
// moment of a takeover two, each with its own order of requests.
type seat struct {
	leg   *Leg
	queue *queue
}

// SetUpSipgo sets what sipgo keeps for the whole program, once. New does it; who uses sipgo
// beside an endpoint does it before, for sipgo does not guard what it keeps. Responses may be as long as
// the request's Record-Route makes them: sipgo refuses to send more than 1,300 bytes,
// and RFC 3261 18.1.1 asks that of requests alone. Its connections log by themselves,
// whatever logger they are given.
var SetUpSipgo = sync.OnceFunc(func() {
	sip.UDPMTUSize = 65535
	sip.SetDefaultLogger(slog.New(slog.DiscardHandler))
})

// New opens the sockets; requests are read once Serve is called. A nil front refuses
// every call and makes an endpoint that only dials. The engine stays the caller's.
func New(cfg Config, engine *media.Engine, front Front) (*Endpoint, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("configure SIP: %w", err)
	}
	SetUpSipgo()
	// sipgo logs whole messages that it cannot parse, and an INFO body holds keys.
	silent := slog.New(slog.DiscardHandler)
	e := &Endpoint{
		cfg: cfg, log: cfg.Log, media: engine, front: front,
		transport: sip.NewTransportLayer(net.DefaultResolver, sip.NewParser(), cfg.tlsConfig(),
			sip.WithTransportLayerLogger(silent), sip.WithTransportLayerTransports(outgoing())),
		settled:   newSettled(),
		blank:     sip.NewHeader("Note", ""),
		stopped:   make(chan struct{}),
		quit:      make(chan struct{}),
		kill:      make(chan struct{}),
		legs:      map[dialogID]seat{},
		invites:   map[inviteID]*Leg{},
		withdraw:  make(chan struct{}),
		withdrawn: make(chan struct{}),
	}
	e.workers = newWorkers(e.quit)
	if err := e.open(); err != nil {
		return nil, errors.Join(err, e.closeSockets())
	}
	if err := e.configure(); err != nil {
		return nil, errors.Join(fmt.Errorf("configure SIP: %w", err), e.closeSockets())
	}
	e.transactions = newTransactions(e)
	e.transport.OnMessage(e.arrive)
	return e, nil
}

// configure works out what depends on the sockets.
func (e *Endpoint) configure() (err error) {
	if e.host, e.port, err = e.cfg.advertised(e.Addr()); err != nil {
		return err
	}
	if e.mediaAddr, err = resolveMedia(e.host); err != nil {
		return err
	}
	for _, account := range e.cfg.Accounts {
		r, err := e.newRegistrant(account)
		if err != nil {
			return err
		}
		if !account.Static {
			e.registrants = append(e.registrants, r)
		}
	}
	for _, pbx := range e.cfg.Watched {
		w, err := newWatch(pbx)
		if err != nil {
			return err
		}
		e.watches = append(e.watches, w)
	}
	return nil
}

// Addr is the address of the UDP socket, or of the TLS socket where that is the only one.
func (e *Endpoint) Addr() netip.AddrPort {
	if e.socket == nil {
		return e.TLSAddr()
	}
	a := e.socket.LocalAddr().(*net.UDPAddr).AddrPort()
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}

// TLSAddr is the address of the TLS socket, the zero value where there is none.
func (e *Endpoint) TLSAddr() netip.AddrPort {
	if e.tls == nil {
		return netip.AddrPort{}
	}
	a := e.tls.Addr().(*net.TCPAddr).AddrPort()
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}

// Serve registers our accounts and reads the sockets until ctx is done or Close is called, and returns nil; it
// returns an error if the socket fails. It is called once. The end of ctx leaves the
// peers no time to answer BYE: a server closes its endpoint first.
func (e *Endpoint) Serve(ctx context.Context) error {
	e.mu.Lock()
	e.serving = true
	if e.closing {
		close(e.withdrawn)
	} else {
		e.tasks.Go(e.register)
		for _, w := range e.watches {
			e.tasks.Go(func() { e.watch(w) })
		}
	}
	e.mu.Unlock()
	e.serveStreams()
	go func() {
		defer close(e.stopped)
		if e.socket == nil {
			e.accepting.Wait()
			return
		}
		// It logs why it stops and returns nothing of it.
		_ = e.transport.ServeUDP(e.socket)
	}()
	expired, cancel := context.WithCancel(context.WithoutCancel(ctx))
	cancel()
	select {
	case <-ctx.Done():
		return e.Close(expired)
	case <-e.stopped:
	}
	select {
	case <-e.quit:
		return nil
	default:
		return errors.Join(fmt.Errorf("SIP socket %s has failed", e.Addr()), e.Close(expired))
	}
}

// Close takes no more calls, withdraws our registrations, ends those in progress with BYE, waits until the peers
// have answered or ctx is done, and closes the socket. Further calls wait for the first.
func (e *Endpoint) Close(ctx context.Context) error {
	e.closeOnce.Do(func() { e.closeErr = e.close(ctx) })
	return e.closeErr
}

func (e *Endpoint) close(ctx context.Context) error {
	e.mu.Lock()
	e.closing = true
	serving := e.serving
	e.mu.Unlock()
	close(e.quit)
	e.withdrawOnce.Do(func() { close(e.withdraw) })
	finished := make(chan struct{})
	go func() {
		e.tasks.Wait()
		close(finished)
	}()
	select {
	case <-finished:
	case <-ctx.Done():
	}
	close(e.kill)
	<-finished
	e.workers.wait()
	err := e.closeSockets()
	if serving {
		<-e.stopped
	}
	e.transactions.close()
	return errors.Join(err, e.transport.Close())
}

// start makes a leg known, so that its dialog's requests find it, and runs it and its
// handler. It reports false where the endpoint is closing.
func (e *Endpoint) start(l *Leg, handler Handler) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closing {
		return false
	}
	e.legs[l.id] = seat{l, l.queue}
	if l.by != (inviteID{}) {
		e.invites[l.by] = l
	}
	e.live(l.run)
	if handler != nil {
		e.live(func() {
			handler(l)
			l.Bye()
		})
	}
	return true
}

// live runs a goroutine of a leg, which Close waits for.
func (e *Endpoint) live(f func()) {
	e.tasks.Add(1)
	e.workers.run(func() {
		defer e.tasks.Done()
		f()
	})
}

// task runs f in a goroutine that Close waits for. It reports false where the endpoint
// is closing.
func (e *Endpoint) task(f func()) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closing {
		return false
	}
	e.tasks.Go(f)
	return true
}

// leave forgets a leg.
func (e *Endpoint) leave(l *Leg) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.legs, l.place)
	if e.invites[l.by] == l {
		delete(e.invites, l.by)
	}
}

// seatOf finds the leg of a dialog; the zero seat is of none.
func (e *Endpoint) seatOf(id dialogID) seat {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.legs[id]
}

func (e *Endpoint) seat(id dialogID, s seat) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.legs[id] = s
}

func (e *Endpoint) unseat(id dialogID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.legs, id)
}

func (e *Endpoint) legBy(id inviteID) *Leg {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.invites[id]
}

// newTag returns a tag that no other dialog has: RFC 3261 19.3 asks for 32 bits of
// randomness, this has 130.
func newTag() string { return rand.Text() }
