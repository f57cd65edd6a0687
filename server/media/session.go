package media

import (
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"sync/atomic"
	"time"

	"tsunagi/server/audio"
	"tsunagi/server/dtmf"
)

// Session is the RTP stream pair of one leg: a bound port, what it plays, and what it
// hears. Engine.Open makes it, and nothing is sent before Start. All methods may be
// called from several goroutines; they take effect at the engine's next tick in the
// order of the calls, and do nothing after Close.
type Session struct {
	engine   *Engine
	seat     int // its place in the range of ports
	local    netip.AddrPort
	socket   socket
	sink     Sink
	listener Listener // sink, if it wants to hear
	counters counters
	lastPlay atomic.Uint64 // the newest Play or Stop; reports of older ones are void
	closed   atomic.Bool

	// The rest belongs to the loop. What it looks at for each packet comes first, side by
	// side: with many calls each line of memory has to be fetched anew.
	phase, period int // its slots in the wheel; period 0 before Start
	due           int64
	out           header        // of the next packet
	missed        bool          // MediaLost was reported
	sparing       bool          // the machine keeps sound back
	unsparing     bool          // the machine cannot
	tied          bool          // the machine takes packets of the peer alone
	untying       bool          // the machine cannot
	quiet         bool          // the peer suppresses silence
	spared        uint32        // packets kept back and counted
	settleAt      time.Duration // when they are to be counted anew
	heard         time.Duration // when something came last, or was first expected
	keyDown       keyDown
	bridge        *bridge // nil without one
	player        player
	keys          keyQueue
	source        source
	reception     reception
	control       control
	secrets       secrets
	params        Params
	detector      dtmf.Detector
	merger        dtmf.Merger
	wide          wide
	ear           ear
}

// LocalAddr returns the bound address and port, which go into the answer.
func (s *Session) LocalAddr() netip.AddrPort { return s.local }

// Start begins sending and receiving as agreed.
func (s *Session) Start(p Params) { s.Update(p) }

// Update goes on under what was agreed anew (a re-INVITE): another address, codec,
// packet length or direction. What is being played goes on.
func (s *Session) Update(p Params) {
	p = p.normal()
	s.command(func() { s.apply(p) })
}

// Play plays clips one after the other, from the beginning again where loop is set,
// and then silence. It replaces what is being played. PlayedOut(turn) tells when the
// last packet was sent. The clips must not change while they are played.
func (s *Session) Play(turn int, clips []*audio.Clip, loop bool) {
	next := player{clips: clips, loop: loop, turn: turn, play: s.lastPlay.Add(1)}
	if next.clips == nil {
		next.clips = []*audio.Clip{}
	}
	s.command(func() { s.player = next })
}

// Stop goes silent. PlayedOut is not called for what was being played.
func (s *Session) Stop() {
	s.lastPlay.Add(1)
	s.command(func() { s.player = player{} })
}

// SendKey presses k for length, after the keys already queued, and lets pause pass
// before the next one. Both are rounded up to whole packets. While a key is down no
// sound is sent.
func (s *Session) SendKey(k dtmf.Key, length, pause time.Duration) {
	s.command(func() {
		s.keys.waiting = append(s.keys.waiting, queuedKey{k, max(length, 0), max(pause, 0)})
	})
}

// KeyByInfo takes a press that the peer's signalling told of, by SIP INFO, and for how
// long the key was down; 0 where it did not say. The Sink hears of it unless the press
// has come as an event or tone too, by the rule of dtmf.Merger.
func (s *Session) KeyByInfo(k dtmf.Key, length time.Duration) {
	s.command(func() { s.pressed(k, dtmf.FromInfo, length) })
}

// WipeKeys forgets which keys were received. It is for the moment when a field of card
// digits is done with.
func (s *Session) WipeKeys() { s.command(s.wipe) }

// wipe forgets keys.
func (s *Session) wipe() {
	s.detector.Wipe()
	s.ear.tones.Wipe()
	s.merger.Wipe()
}

// Stats returns what has become of the packets so far, also after Close.
func (s *Session) Stats() Stats { return s.counters.stats() }

// Close ends the session and gives its port back at the next tick. When it returns, no
// call of the Sink begins any more; one may still be under way.
func (s *Session) Close() {
	if s.closed.Swap(true) {
		return
	}
	s.engine.post(func() { s.engine.leave(s) })
	s.engine.log.Debug("RTP session closed", slog.Any("local", s.local), slog.Any("packets", s.Stats()))
}

// command has the loop do something to an open session.
func (s *Session) command(do func()) {
	s.engine.post(func() {
		if !s.closed.Load() {
			do()
		}
	})
}

// apply makes p the parameters of the session.
func (s *Session) apply(p Params) {
	if s.period == 0 {
		// RFC 3550 5.1: SSRC, first sequence number and timestamp are random.
		s.out.ssrc, s.out.sequence, s.out.timestamp = rand.Uint32(), uint16(rand.Uint32()), rand.Uint32()
		// RFC 3711 3.3.1: from the lower half, so that the first packet that comes is not
		// of another turn of the numbers than the first that was sent.
		s.out.sequence &= 1<<15 - 1
		s.out.marker = true
		s.keys.rested = true
		s.due = s.engine.tick
		s.control.begin(s.engine.arrival)
	}
	if p.Remote.IsValid() && p.Remote != s.params.Remote {
		s.source, s.control.latched = source{}, netip.AddrPort{}
	}
	if s.period != p.ticks() {
		s.engine.wheel.remove(s)
		s.engine.wheel.add(s, p.ticks())
	}
	if err := s.secure(s.params.Crypto, p.Crypto); err != nil {
		// The suite is none that we know. Nothing goes out unsealed and nothing comes in.
		s.engine.log.Error("SRTP not started", slog.Any("local", s.local), slog.Any("error", err))
	}
	s.params = p
	// Who listens to what may have changed, and who is heard.
	s.takeSound()
	s.untie()
	s.heard, s.missed = s.engine.arrival, false
}
