package media

import (
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"tsunagi/server/dtmf"
)

// maxSentBytes is the longest packet that a session sends.
const maxSentBytes = headerBytes + maxPayloadBytes + tagRoom

// Engine runs the RTP streams of all calls. Its methods may be called from several
// goroutines.
type Engine struct {
	addr         netip.Addr
	firstPort    uint16
	mediaTimeout time.Duration
	log          *slog.Logger
	network      network
	clock        clock
	epoch        time.Time // of the clock
	ports        *ports
	resting      []pair // by seat; of whom it is reserved for, or of the loop while it is in use
	open         atomic.Int64
	late         atomic.Uint64
	skipped      atomic.Uint64
	lag          atomic.Int64  // see Lag
	wake         chan struct{} // holds one token when commands were posted
	quit         chan struct{} // closed by Close
	done         chan struct{} // closed when the loop is gone
	stopped      error         // of closing the network; read after done

	opening sync.RWMutex // held for reading while a port is bound, for writing to close quit

	mu       sync.Mutex
	commands []func()

	// The rest belongs to the loop.
	seats     []*Session // by pair of ports; nil where free
	seated    int        // how many of them are not nil
	wheel     wheel
	tick      int64         // the next one to serve
	arrival   time.Duration // when the loop last looked at the clock
	due       time.Duration // until when it meant to sleep
	obeying   []func()      // the commands being done
	warmed    int           // see warm.go
	past      Stats         // of the sessions that have ended
	packet    [headerBytes + maxPayloadBytes]byte
	samples   [dtmf.MaxHear]int16  // of decode
	converted [maxPacketBytes]byte // of convert
	narrowed  [maxPacketBytes]byte // of Session.narrow
	sealed    [maxSentBytes]byte   // of Session.seal
	opened    [maxPacketBytes]byte // of Session.open
}

// New starts an engine. It fails when the range holds no pair of ports or the address
// is not this machine's.
func New(c Config) (*Engine, error) {
	network, err := newNetwork()
	if err != nil {
		return nil, fmt.Errorf("start media engine: %w", err)
	}
	e, err := newEngine(c, network, newClock(c.Reserved))
	if err == nil {
		err = e.tryAddress()
	}
	if err != nil {
		_ = network.close() // nothing is open in it
		return nil, fmt.Errorf("start media engine: %w", err)
	}
	go e.run()
	e.log.Info("RTP ports ready", slog.Any("address", e.addr), slog.Int("first", int(e.firstPort)), slog.Int("calls", len(e.seats)))
	return e, nil
}

// newEngine returns an engine whose loop does not run.
func newEngine(c Config, n network, t clock) (*Engine, error) {
	first, pairs, err := c.portPairs()
	if err != nil {
		return nil, err
	}
	log := c.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Engine{
		addr: c.Addr.Unmap(), firstPort: first, mediaTimeout: c.MediaTimeout, log: log,
		network: n, clock: t, epoch: time.Now().Add(-t.now()),
		ports: newPorts(pairs, restingPairs()), resting: make([]pair, pairs), seats: make([]*Session, pairs),
		wake: make(chan struct{}, 1), quit: make(chan struct{}), done: make(chan struct{}),
	}, nil
}

// tryAddress binds any port of the address, so that a wrong one is known at the start
// and not at the first call.
func (e *Engine) tryAddress() error {
	probe, err := e.network.listen(netip.AddrPortFrom(e.addr, 0), 0)
	if err != nil {
		return fmt.Errorf("bind RTP address %s: %w", e.addr, err)
	}
	return probe.close()
}

// Open binds a port for a new session whose events go to sink. Its errors are
// ErrNoPorts, ErrClosed, or the machine's.
func (e *Engine) Open(sink Sink) (*Session, error) {
	for range len(e.seats) {
		seat, ok := e.ports.take()
		if !ok {
			break
		}
		s, err := e.bind(seat, sink)
		switch {
		case err == nil:
			return s, nil
		case !inUse(err):
			return nil, fmt.Errorf("open RTP port: %w", err)
		}
	}
	return nil, fmt.Errorf("open RTP port: %w", ErrNoPorts)
}

// bind makes a session on a reserved seat, and releases the seat if it fails.
func (e *Engine) bind(seat int, sink Sink) (*Session, error) {
	// The network must not be closed under a port that is being bound.
	e.opening.RLock()
	defer e.opening.RUnlock()
	s, err := e.listen(seat, sink)
	if err != nil {
		e.ports.release(seat)
		return nil, err
	}
	e.open.Add(1)
	e.post(func() { e.enter(s) })
	return s, nil
}

// listen makes a session with its two sockets. e.opening must be held for reading.
func (e *Engine) listen(seat int, sink Sink) (*Session, error) {
	if e.stopping() {
		return nil, ErrClosed
	}
	p, err := e.pairOf(seat)
	if err != nil {
		return nil, err
	}
	s := &Session{engine: e, seat: seat, local: e.localOf(seat), socket: p.rtp, sink: sink, control: control{socket: p.rtcp}}
	s.listener, _ = sink.(Listener)
	return s, nil
}

// Stats returns how the loop is doing.
func (e *Engine) Stats() EngineStats {
	return EngineStats{
		Sessions: int(e.open.Load()), Ports: len(e.seats), Late: e.late.Load(), Skipped: e.skipped.Load(),
	}
}

// Lag is how late the loop has come to its slots lately, on average over some tenths of a
// second. While it is more than a millisecond or two the machine has more to do than it
// can, and who takes calls should take no further ones.
func (e *Engine) Lag() time.Duration { return time.Duration(e.lag.Load()) }

// Close ends all sessions and returns when the loop is gone and every port is free.
// It must not be called from a Sink.
func (e *Engine) Close() error {
	e.opening.Lock()
	first := !e.stopping()
	if first {
		close(e.quit)
	}
	e.opening.Unlock()
	<-e.done
	if first {
		e.log.Info("RTP ports closed", slog.Uint64("late", e.late.Load()), slog.Uint64("skipped", e.skipped.Load()))
	}
	return e.stopped
}

// post has the loop do something at its next tick, or never once Close was called.
func (e *Engine) post(do func()) {
	if e.stopping() {
		return
	}
	e.mu.Lock()
	e.commands = append(e.commands, do)
	e.mu.Unlock()
	select {
	case e.wake <- struct{}{}:
	default: // it has been woken already
	}
}

// stopping reports whether Close was called.
func (e *Engine) stopping() bool {
	select {
	case <-e.quit:
		return true
	default:
		return false
	}
}
