// Package server is the desktop's connection to tsunagid: it dials, checks the
// server's certificate against its pin, resumes the session, keeps the picture of
// the calls current and tells every change. The window and the scripted operator
// (desktop/cmd/operator) both stand on it; it knows of neither.
//
// # Phases
//
//	         no address                    unknown certificate
//	idle ◄───────────── connecting ─────────────────────► untrusted
//	  │   SetServer      ▲    │  ╲  another certificate        │ Trust
//	  └──────────────────┘    │   ╲ than pinned, or version    ▼
//	                          │    ╲──────────► refused    connecting
//	      resumed, or no      │
//	      session to resume   ▼        silent for 2.5 s, closed
//	                      connected ──────────────────────► lost
//	                          ▲                              │ back-off
//	                          └──────────────────────────────┘
//
// A server that cannot be reached is lost too. Untrusted waits for Trust, Distrust
// or SetServer, and so does a changed certificate; everything else is tried again,
// after 250 ms at first and at most 5 s, with jitter, so that a hundred desktops do
// not come back in one moment.
//
// # Trust
//
// The SHA-256 of the server's certificate is pinned at first sight, after a person
// compared it (security requirement N1). The pin is all that is checked: no
// authority, no name. A certificate out of date is used and told (Link.Message). The handshake with any other certificate ends
// before a byte of a session or a password is sent.
//
// # Whose session
//
// Tokens are kept by server and user. What is resumed without a password is the session of
// whoever logged in last, and, where the program is started for a user (Options.Owner),
// that user's alone. A login brings the token that is kept of its user, so that who was
// cut off is let in again though somebody else has worked here meanwhile; the password
// decides, the token proves no more than that it is the same workstation.
//
// # Requests
//
// A request is sent at once or fails at once with E309; nothing is queued and
// nothing is repeated, for money must not be sent later by surprise. Errors of the
// methods that ask the server are always *wire.Error.
//
// # The picture
//
// A session begins with a snapshot; changes follow without a gap in Seq. On a gap
// the changes wait while a snapshot is fetched. Times are the server's, in
// milliseconds; Link.OffsetMs is what to add to the local clock, taken from the
// fastest of the last eight heartbeats.
//
// # Goroutines
//
// Start starts one goroutine, which owns those of the connection; Stop waits for
// all. Options.Notify is called by them, one call at a time and in order, and must
// not call the Client. All methods may be called from any goroutine.
package server
