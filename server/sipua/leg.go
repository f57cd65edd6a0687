package sipua

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"

	"tsunagi/server/audio"
	"tsunagi/server/dtmf"
	"tsunagi/server/media"
	"tsunagi/server/sdp"
)

// Errors of a Leg's methods.
var (
	// ErrEnded: the leg has ended; its last event says why.
	ErrEnded = errors.New("leg has ended")

	// ErrState: what was asked is not possible now, as Answer is after the answer.
	ErrState = errors.New("leg is in another state")
)

// state is where a leg's dialog is.
type state string

const (
	ringing   state = "ringing"   // INVITE received, no final response sent
	calling   state = "calling"   // INVITE sent, no final response received
	answered  state = "answered"  // 200 sent, no ACK received
	confirmed state = "confirmed" // 200 and ACK exchanged
	closing   state = "closing"   // ended for our user; BYE is owed when the ACK has come
	over      state = "over"
)

// byePatience is how long Bye waits for a leg that is busy: with a peer to whom it cannot
// connect, up to 5 s.
const byePatience = 100 * time.Millisecond

// A Leg is one party's dialog with its media. Its methods may be called from any
// goroutine; none of them blocks longer than it takes to send a message, and Bye hardly
// at all. After the leg has ended they do nothing and those with an error return ErrEnded.
type Leg struct {
	endpoint *Endpoint
	id       dialogID
	by       inviteID // of an incoming leg
	number   string
	log      *slog.Logger

	queue    *queue
	events   events
	commands chan func()
	cancels  chan cancelOrigin
	again    chan *sip.Response // a further 200 to an INVITE of ours; nil until there is one
	ended    chan struct{}      // closed with the last event
	gone     chan struct{}      // closed when the dialog is over too

	mu      sync.Mutex
	of      string // the call, as the log names it; empty where nobody said
	caller  string
	session *media.Session // nil before the answer and after the end
	closed  *media.Session // what session was before the end, for its Stats

	// What follows belongs to run.
	state       state
	place       dialogID   // of the dialog in the endpoint; id until the leg was taken over
	peer        netip.Addr // where the dialog's requests come from, where one has come
	dialog      dialog
	invite      *sip.Request  // ours, or the peer's until it is settled
	inviteTx    *sip.ServerTx // of an incoming leg, until it is settled
	offer       *sdp.Offer    // in that INVITE; nil where it had none
	local       description
	accepted    *accepted
	dialing     *dialing // of an outgoing leg without final response
	ack         *sip.Request
	bye         *sip.ClientTx
	refused     *sip.ServerTx // an INVITE whose refusal waits for its ACK
	referral    *referral
	expiry      *expiry
	inviting    bool // a re-INVITE of ours has no final response
	peerUpdates bool // the peer knows UPDATE
	onHold      bool
	heard       func([]byte) // of an incoming leg; nil where nobody listens
}

func (e *Endpoint) newLeg(id dialogID) *Leg {
	return &Leg{
		endpoint: e, id: id, place: id,
		log:      e.log.With("leg", id.localTag),
		queue:    newQueue(),
		commands: make(chan func()),
		cancels:  make(chan cancelOrigin, 1),
		ended:    make(chan struct{}),
		gone:     make(chan struct{}),
	}
}

// ID names the leg in the log; it is our tag of its first dialog, and no other leg has it.
func (l *Leg) ID() string { return l.id.localTag }

// BelongsTo has the line of the log with which the leg ends name a call.
func (l *Leg) BelongsTo(call string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.of = call
}

// SIPCallID is the Call-ID of the leg's first dialog.
func (l *Leg) SIPCallID() string { return l.id.callID }

// Caller is the number of who is at the other end, as the peer told it last: the
// caller of an incoming leg, and after PeerChanged whoever is there now. It is empty
// where the number is withheld, and for an outgoing leg until the peer tells it.
func (l *Leg) Caller() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.caller
}

// Number is the number that was called.
func (l *Leg) Number() string { return l.number }

// Events delivers what happens, in order; the last one is Ended, after which the
// channel is closed. It holds 64: the reader must not stop reading, for what finds
// no room is lost, but never Ended. There is one channel, for one reader.
func (l *Leg) Events() <-chan Event { return l.events.channel() }

// Deliver has take called with what happens, in order and one at a time; the last event
// is Ended. It is called where the media and the dialog are served, so it must not wait
// for anything, nor use the leg. It takes the place of Events and costs no goroutine.
func (l *Leg) Deliver(take func(Event)) { l.events.to(take) }

// Answer opens a media port, sends 200 and starts the media. It returns when the 200
// is sent; Confirmed tells of the ACK. The errors of a call that was cancelled in the
// meantime are ErrEnded; if there is no port left the caller has been told 503.
func (l *Leg) Answer() error { return l.ask(l.answer) }

// Refuse ends an unanswered incoming leg with a final response of 300 or above; 503
// bears a Retry-After.
func (l *Leg) Refuse(status int) error {
	return l.ask(func() error {
		if l.state != ringing {
			return fmt.Errorf("refuse call: %w: %s", ErrState, l.state)
		}
		f := refuse(max(status, 300))
		if status == sip.StatusServiceUnavailable {
			f.headers = []sip.Header{retryAfter(overloadRetryAfter)}
		}
		l.refuse(f, Refused)
		return nil
	})
}

// Bye ends the leg: BYE after the answer, CANCEL or 480 before it. The leg has ended when it
// returns, though its message may not be out, unless the leg is still busy with something
// else, which it ends after.
func (l *Leg) Bye() {
	hangUp := func() { l.hangUp(LocalBye) }
	timer := time.NewTimer(byePatience)
	defer timer.Stop()
	select {
	case l.commands <- hangUp:
		<-l.ended
	case <-l.ended:
	case <-timer.C:
		// An endpoint that is closing hangs up by itself.
		l.endpoint.task(func() {
			select {
			case l.commands <- hangUp:
			case <-l.ended:
			}
		})
	}
}

// Play plays clips in order, in place of what plays now; with loop again and again
// until Stop. PlayedOut brings turn when they are out. Before the answer it does nothing.
func (l *Leg) Play(turn int, clips []*audio.Clip, loop bool) {
	if s := l.media(); s != nil {
		s.Play(turn, clips, loop)
	}
}

// Stop ends what plays now; its turn is not reported.
func (l *Leg) Stop() {
	if s := l.media(); s != nil {
		s.Stop()
	}
}

// SendKey presses a key for length and is quiet for pause after it. Keys sent while
// another is down wait for their turn.
func (l *Leg) SendKey(k dtmf.Key, length, pause time.Duration) {
	if s := l.media(); s != nil {
		s.SendKey(k, length, pause)
	}
}

// WipeKeys has the leg's media forget which keys were counted last. It is for
// the moment when a field of card digits is done with.
func (l *Leg) WipeKeys() {
	if s := l.media(); s != nil {
		s.WipeKeys()
	}
}

// Stats is what has become of the leg's packets, also after its end. It is zero before
// the answer.
func (l *Leg) Stats() media.Stats {
	l.mu.Lock()
	s := l.session
	if s == nil {
		s = l.closed
	}
	l.mu.Unlock()
	if s == nil {
		return media.Stats{}
	}
	return s.Stats()
}

func (l *Leg) media() *media.Session {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.session
}

// ask has run call f and returns what it returns.
func (l *Leg) ask(f func() error) error {
	reply := make(chan error, 1)
	select {
	case l.commands <- func() { reply <- f() }:
		return <-reply
	case <-l.ended:
		return ErrEnded
	}
}

// emit tells the reader of Events.
func (l *Leg) emit(ev Event) {
	if !l.events.put(ev) {
		l.log.Warn("leg event lost: nobody reads them", "kind", string(ev.Kind))
	}
}

// end releases the media and gives the last event. The dialog may live on until the
// peer has answered our BYE.
func (l *Leg) end(why Reason) {
	select {
	case <-l.ended:
		return
	default:
	}
	l.mu.Lock()
	s := l.session
	l.session, l.closed = nil, s
	call := l.of
	l.mu.Unlock()
	var stats media.Stats
	if s != nil {
		s.Close()
		stats = s.Stats()
	}
	l.log.Info("leg ended", "call", call, "number", l.number, "reason", string(why), "media", stats)
	l.endpoint.cfg.Observer.LegEnded(string(why), stats)
	l.events.end(why)
	close(l.ended)
}

// A legSink takes what the media engine reports.
type legSink struct{ leg *Leg }

// Key implements media.Sink.
func (s legSink) Key(k dtmf.Key) { s.leg.emit(Event{Kind: Key, Key: k}) }

// PlayedOut implements media.Sink.
func (s legSink) PlayedOut(turn int) { s.leg.emit(Event{Kind: PlayedOut, Turn: turn}) }

// MediaLost implements media.Sink.
func (s legSink) MediaLost() { s.leg.emit(Event{Kind: MediaLost}) }

// A hearingSink passes on what the peer says too.
type hearingSink struct {
	legSink
	heard func(frame []byte)
}

// Heard implements media.Listener.
func (s hearingSink) Heard(frame []byte) { s.heard(frame) }
