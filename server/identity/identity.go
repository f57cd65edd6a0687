package identity

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"tsunagi/server"
	"tsunagi/server/audit"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

// The times of product.md section 3.
const (
	keptFor     = 5 * time.Minute     // a session without its connection
	passwordOld = 90 * 24 * time.Hour // when a change is recommended
)

// onlineGrace is how long an operator whose connection is lost still gets calls.
// A desktop is back within seconds after a change of network or a restart of the
// server and then has at least half of the send window left; one that stays away
// longer could not see the window, and its customer must not wait for it.
const onlineGrace = 10 * time.Second

// forcedKept is how long a desktop that was away during a forced logout is told
// so when it comes back: a working day.
const forcedKept = 12 * time.Hour

// Store keeps users and sessions. What does not exist is ivr.ErrNotFound.
type Store interface {
	Merchant(context.Context, ivr.MerchantID) (ivr.Merchant, error)
	User(context.Context, ivr.UserKey) (ivr.User, error)
	Users(context.Context, ivr.MerchantID) ([]ivr.User, error)
	PutUser(context.Context, ivr.User) error
	Credential(context.Context, ivr.UserKey) (ivr.Credential, error)
	PutCredential(context.Context, ivr.UserKey, ivr.Credential) error
	// CountFailure adds one failure and locks at the limit-th in a row.
	CountFailure(ctx context.Context, key ivr.UserKey, at time.Time, limit int) (locked bool, err error)
	// LoggedIn notes a login and forgets the failures.
	LoggedIn(ctx context.Context, key ivr.UserKey, at time.Time) error
	// UserActive notes that the user was seen, or enabled again.
	UserActive(ctx context.Context, key ivr.UserKey, at time.Time) error

	// PutSession replaces the session that the user has.
	PutSession(context.Context, ivr.Session) error
	SessionByToken(context.Context, ivr.TokenHash) (ivr.Session, error)
	SessionOf(context.Context, ivr.UserKey) (ivr.Session, error)
	TouchSession(ctx context.Context, token ivr.TokenHash, at time.Time) error
	LoseSession(ctx context.Context, token ivr.TokenHash, at time.Time) error
	LoseSessions(ctx context.Context, at time.Time) error
	// LeaveSessions notes that a user logged in where others still have sessions.
	LeaveSessions(ctx context.Context, workstation string, to ivr.UserKey, at time.Time) error
	DeleteSession(context.Context, ivr.TokenHash) error
	DeleteSessionsLostBefore(ctx context.Context, t time.Time) ([]ivr.Session, error)
}

// Options are what an Identity is made of.
type Options struct {
	Store Store        // required
	Log   *slog.Logger // required
	Cost  Cost         // zero: DefaultCost
	Audit Auditor      // nil: nothing is written down
	Key   Key          // seals the secrets of authenticators; zero: none can be enrolled
}

// Identity answers who may do what. Make one with New.
type Identity struct {
	store    Store
	log      *slog.Logger
	audit    Auditor
	key      Key
	hasher   *hasher
	sources  failures[string]      // failed logins by source
	unknowns failures[ivr.UserKey] // failed logins of users that do not exist

	// changing makes a change of a session one step, in the store and in mu's
	// fields. It is taken before mu.
	changing sync.Mutex

	mu     sync.Mutex
	seats  map[ivr.UserKey]*Seat       // the last one of each user's session
	forced map[ivr.TokenHash]forcedOut // sessions that were ended by force
}

// New returns an Identity over a store. Start makes it ready for sessions; what
// concerns users alone (AddUser, Initialize) works without.
func New(o Options) (*Identity, error) {
	if o.Store == nil || o.Log == nil {
		return nil, errors.New("identity needs a store and a log")
	}
	hasher, err := newHasher(o.Cost)
	if err != nil {
		return nil, err
	}
	return &Identity{
		store:    o.Store,
		log:      o.Log,
		audit:    o.Audit,
		key:      o.Key,
		hasher:   hasher,
		sources:  failures[string]{most: sourceFailures, each: sourceForgives},
		unknowns: failures[ivr.UserKey]{most: lockedAfter},
		seats:    make(map[ivr.UserKey]*Seat),
		forced:   make(map[ivr.TokenHash]forcedOut),
	}, nil
}

// Start takes over the sessions of the server's last run: their connections are
// lost, and those that stood are kept for another 5 minutes from now.
func (i *Identity) Start(ctx context.Context) error {
	if err := i.store.LoseSessions(ctx, time.Now()); err != nil {
		return fmt.Errorf("take over sessions: %w", err)
	}
	return i.Sweep(ctx)
}

// Sweep ends the sessions whose 5 minutes are over. What is not swept yet is over all the
// same: this only lets the log say so in time.
func (i *Identity) Sweep(ctx context.Context) error {
	i.changing.Lock()
	defer i.changing.Unlock()
	gone, err := i.store.DeleteSessionsLostBefore(ctx, time.Now().Add(-keptFor))
	if err != nil {
		return fmt.Errorf("end lost sessions: %w", err)
	}
	for _, session := range gone {
		i.vacate(session.User, ErrLoggedOut)
		i.expire(ctx, session)
	}
	return nil
}

// expire tells of a session whose connection did not come back.
func (i *Identity) expire(ctx context.Context, session ivr.Session) {
	i.log.Info("session expired", "user", session.User, "workstation", session.Workstation)
	i.tell(ctx, to(session.User, audit.Actor{}, audit.SessionExpired, audit.OK, "workstation "+session.Workstation))
}

// Online tells whether an operator is there for a call.
func (i *Identity) Online(user ivr.UserKey) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	seat, ok := i.seats[user]
	return ok && seat.grant.Ready() &&
		(seat.lostAt.IsZero() || time.Since(seat.lostAt) < onlineGrace)
}

// The refusals of product.md section 3, to the letter.
var (
	errRestricted  = &ivr.Error{Code: wire.CodeAccessRestricted, Message: message.AccessRestricted}
	errAuthFailed  = &ivr.Error{Code: wire.CodeAuthFailed, Message: message.AuthFailed}
	errLocked      = &ivr.Error{Code: wire.CodeLocked, Message: message.Locked}
	errLoggedIn    = &ivr.Error{Code: wire.CodeAlreadyLoggedIn, Message: message.AlreadyLoggedIn}
	errForced      = &ivr.Error{Code: wire.CodeSessionLost, Message: message.ForcedLogout}
	errSessionLost = &ivr.Error{
		Code: wire.CodeSessionLost, MessageID: string(message.E309), Message: message.E309.Text(),
	}
	errBadRequest = &ivr.Error{
		Code: wire.CodeBadRequest, MessageID: string(message.E309), Message: message.E309.Text(),
	}
	errPasswordRequired = &ivr.Error{
		Code: wire.CodePasswordRequired, MessageID: string(message.E309), Message: message.E309.Text(),
	}
	errNotAllowed = &ivr.Error{
		Code: wire.CodeNotAllowed, MessageID: string(message.E309), Message: message.E309.Text(),
	}
	errBusy = &ivr.Error{
		Code: wire.CodeUnavailable, MessageID: string(message.E309), Message: message.E309.Text(),
	}
)
