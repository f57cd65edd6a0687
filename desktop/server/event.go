package server

import "tsunagi/shared/wire"

// Phase is how the connection stands; see the drawing in the package comment.
type Phase string

// The phases.
const (
	PhaseIdle       Phase = "idle"       // no server is named
	PhaseConnecting Phase = "connecting" // the first attempt at this server, or the one after a logout
	PhaseUntrusted  Phase = "untrusted"  // the certificate has never been seen: Link.Certificate
	PhaseConnected  Phase = "connected"  // requests are sent
	PhaseLost       Phase = "lost"       // tried again by itself
	PhaseRefused    Phase = "refused"    // the wrong certificate or version: Link.Message
)

// Link is the state of the connection.
type Link struct {
	Phase       Phase        `json:"phase"`
	SinceMs     int64        `json:"sinceMs"`  // when the phase began, on the local clock
	OffsetMs    int64        `json:"offsetMs"` // server's clock less the local one
	Address     string       `json:"address"`  // host:port
	Certificate *Certificate `json:"certificate,omitempty"`
	Message     string       `json:"message"` // for the operator, where the phase alone does not say it
}

// Certificate is what the server showed and no one has trusted yet.
type Certificate struct {
	Fingerprint string `json:"fingerprint"` // SHA-256, 64 hexadecimal digits in lower case
	NotBeforeMs int64  `json:"notBeforeMs"`
	NotAfterMs  int64  `json:"notAfterMs"`
	Changed     bool   `json:"changed"` // another one was pinned
}

// Event is what happened. A part that is nil has not changed.
type Event struct {
	Link      *Link           `json:"link,omitempty"`
	Session   *wire.Session   `json:"session,omitempty"`   // logged in, resumed, password set or settings changed; without its token
	LoggedOut *wire.LoggedOut `json:"loggedOut,omitempty"` // the session is gone, though no one here asked for it
	Snapshot  *wire.Snapshot  `json:"snapshot,omitempty"`
	Change    *wire.Change    `json:"change,omitempty"`
}

// State is everything at one moment: the sum of the events so far.
type State struct {
	Link     Link
	Session  *wire.Session // nil when no one is logged in
	Snapshot *wire.Snapshot
}
