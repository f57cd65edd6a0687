package media

import (
	"errors"
	"time"

	"tsunagi/server/dtmf"
	"tsunagi/server/sdp"
)

// How much sound a bridge keeps back, in bytes of G.711.
const (
	jitterBytes  = 40 * unitsPerTick  // so that a late packet makes no gap
	lookoutBytes = 40 * unitsPerTick  // in which a tone is known before any of it is sent
	excessBytes  = 100 * unitsPerTick // beyond what is kept back, which is caught up
	relayBytes   = jitterBytes + lookoutBytes + excessBytes + maxPayloadBytes
)

// mutedAfter is how long a bridge stays mute after the last sign of a key.
const mutedAfter = 60 * time.Millisecond

// ErrOtherEngine: the two sessions of a bridge are not of one engine.
var ErrOtherEngine = errors.New("sessions of two media engines cannot be bridged")

// Bridge lets the peers of two sessions of one engine hear each other, until Unbridge of
// either or the end of one. What a session plays goes before what the other's peer
// says. The codecs and packet lengths may differ.
//
// Telephone-events are told to the Sink and never passed on. With muteKeys no tone of a
// key is passed on either, not even its beginning: the sound is kept back for 40 ms, and
// what looks like a key is silence from before it begins.
func Bridge(a, b *Session, muteKeys bool) error {
	if a.engine != b.engine {
		return ErrOtherEngine
	}
	a.command(func() {
		if b.closed.Load() {
			return
		}
		a.unlink()
		b.unlink()
		a.bridge, b.bridge = newBridge(b, muteKeys), newBridge(a, muteKeys)
		a.takeSound()
		b.takeSound()
	})
	return nil
}

// Unbridge ends the bridge that the session is in, if there is one.
func (s *Session) Unbridge() { s.command(s.unlink) }

// unlink takes both sides off a bridge.
func (s *Session) unlink() {
	if s.bridge != nil {
		s.bridge.other.bridge = nil
		s.bridge = nil
	}
}

// bridge is one side of a bridge: what its session has still to send of what the other
// has heard.
type bridge struct {
	other      *Session
	muteKeys   bool
	mutedUntil time.Duration // what this session hears is not passed on before
	flowing    bool          // enough is kept back
	kept       int           // bytes of sound
	sound      [relayBytes]byte
}

func newBridge(other *Session, muteKeys bool) *bridge {
	return &bridge{other: other, muteKeys: muteKeys}
}

// passOn gives what the session hears to the other side of its bridge.
func (s *Session) passOn(payload []byte, codec sdp.Codec) {
	to := s.bridge.other
	if codec != to.params.law() {
		payload = s.engine.convert(payload, codec)
	}
	to.bridge.put(payload)
	if s.bridge.muteKeys {
		if s.ear.tones.Suspect() {
			s.mute()
		}
		if s.engine.arrival < s.bridge.mutedUntil {
			silence(to.bridge.sound[:to.bridge.kept], to.params.law())
		}
	}
}

// mute keeps what the session hears from the other side for a while.
func (s *Session) mute() { s.bridge.mutedUntil = s.engine.arrival + mutedAfter }

// put takes sound in, and drops the oldest where too much is kept.
func (b *bridge) put(payload []byte) {
	payload = payload[:min(len(payload), maxPayloadBytes)]
	if most := b.reserve() + jitterBytes + excessBytes; b.kept+len(payload) > most {
		b.drop(b.kept + len(payload) - b.reserve() - jitterBytes)
	}
	b.kept += copy(b.sound[b.kept:], payload)
}

// take fills packet with sound and reports whether there was enough.
func (b *bridge) take(packet []byte) bool {
	left := b.kept - len(packet) - b.reserve()
	b.flowing = left >= 0 && (b.flowing || left >= jitterBytes-len(packet))
	if !b.flowing {
		return false
	}
	copy(packet, b.sound[:])
	b.drop(len(packet))
	return true
}

// reserve returns how much must always be kept back.
func (b *bridge) reserve() int {
	if b.muteKeys {
		return lookoutBytes
	}
	return 0
}

// drop forgets the oldest sound.
func (b *bridge) drop(n int) {
	n = min(n, b.kept)
	copy(b.sound[:], b.sound[n:b.kept])
	b.kept -= n
}

// soundOfBridge fills packet with what the other side says, or with silence.
func (s *Session) soundOfBridge(packet []byte) {
	if s.bridge == nil || !s.bridge.take(packet) {
		silence(packet, s.params.law())
	}
}

// searched reports whether the sound is to be searched for tones.
func (s *Session) searched() bool { return s.params.Tones || s.bridge != nil && s.bridge.muteKeys }

// heardTone takes a press heard in the sound.
func (s *Session) heardTone(k dtmf.Key) {
	if s.params.Tones {
		s.pressed(k, dtmf.FromTone, 0)
	}
}
