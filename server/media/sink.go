package media

import "tsunagi/server/dtmf"

// Sink is told what happens in a session. Its methods are called from the engine's
// loop, one at a time, while all other calls wait: they must not block, which means
// they put the matter into a bounded queue and return. They may call the session.
type Sink interface {
	// Key is called once for each press of a key, at its first packet.
	Key(dtmf.Key)

	// PlayedOut is called when the last packet of what Play was given has been sent.
	// It is not called for what was stopped or replaced.
	PlayedOut(turn int)

	// MediaLost is called once when nothing has come for the configured time, and
	// again if something came in between. It is not called while a side holds.
	MediaLost()
}

// Listener is a Sink that also wants to hear the other side.
type Listener interface {
	// Heard is called with the payload of each packet of sound in the order of their
	// sequence numbers, in the codec agreed on or, where that is G.722, in PCMU; one that is
	// late or doubled is left out. The slice is
	// overwritten after the call.
	Heard(frame []byte)
}
