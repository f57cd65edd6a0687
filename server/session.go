package ivr

import "time"

// Credential is what proves that a user is who they claim to be, and how proving
// it went so far. It never leaves the server.
type Credential struct {
	Hash        string    // Argon2id, encoded; empty: no password was ever set
	SetAt       time.Time // when Hash was set
	Initial     bool      // set by someone else: must be changed before anything else
	History     []string  // earlier hashes, newest first; how many is the password policy's business
	Failures    int       // consecutive wrong passwords
	LockedAt    time.Time // zero: not locked
	LastLoginAt time.Time // zero: never
	UsedAt      time.Time // when an Initial password was used for a login; zero: not yet
	ActiveAt    time.Time // when a session of it was last seen, or the account enabled again

	OneTimeSecret []byte // of the authenticator, sealed by package identity; empty: none enrolled
	OneTimeStep   int64  // the last time step whose code was accepted: none is accepted twice
}

// TokenHash is the SHA-256 of a session's token. The token itself is known to the
// workstation alone.
type TokenHash [32]byte

// Session is a login that has not ended. A user has at most one.
type Session struct {
	Token       TokenHash
	User        UserKey
	Workstation string // the installation it is bound to
	Source      string // address the login came from
	CreatedAt   time.Time
	SeenAt      time.Time // last sign of life
	LostAt      time.Time // when the connection was lost; zero while it stands
	LockedAt    time.Time // when its screen was locked; zero: it is not
	MustChange  bool      // begun with a password that the policy wants replaced first
	MustEnrol   bool      // begun without the authenticator that the policy asks for
	LeftAt      time.Time // when somebody else logged in at Workstation; zero: nobody has
}
