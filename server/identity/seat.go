package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"tsunagi/server"
	"tsunagi/server/audit"
)

// Why a seat has ended.
var (
	ErrLoggedOut = errors.New("logged out")
	ErrForced    = errors.New("logged out by force")
	ErrSource    = errors.New("source not allowed any more")
	ErrReplaced  = errors.New("replaced by a newer connection")
)

// Grant is what a logged-in user works with.
type Grant struct {
	Token              string // for the next resume
	User               ivr.User
	Merchant           ivr.Merchant
	PasswordMustChange bool // nothing else is answered before SetPassword
	PasswordIsOld      bool // 90 days or more

	OneTimeCodeMustEnrol bool          // nothing else but the password before ConfirmOneTimeCode
	IdleLock             time.Duration // after which the desktop locks itself; 0: never
	Locked               bool          // nothing is done before Unlock
}

func grantOf(who account, session ivr.Session, token string, now time.Time) Grant {
	policy := policyOf(who.merchant)
	return Grant{
		Token:                token,
		User:                 who.user,
		Merchant:             who.merchant,
		PasswordMustChange:   who.credential.Initial || session.MustChange,
		PasswordIsOld:        isOld(who.credential, now),
		OneTimeCodeMustEnrol: session.MustEnrol && policy.mustEnrol(who),
		IdleLock:             policy.idle(),
		Locked:               !session.LockedAt.IsZero(),
	}
}

// Ready tells that nothing has to be set up before the user may work: a password, an
// authenticator. The screen may be locked: the picture of the calls goes on.
func (g Grant) Ready() bool { return !g.PasswordMustChange && !g.OneTimeCodeMustEnrol }

// Blocked is the refusal of whatever the user asks while something else must come
// first; nil where nothing must.
func (g Grant) Blocked() *ivr.Error {
	switch {
	case g.Locked:
		return errScreenLocked
	case g.PasswordMustChange:
		return errPasswordRequired
	case g.OneTimeCodeMustEnrol:
		return errCodeRequired
	}
	return nil
}

// Seat is the place of one connection in a session. Whoever got it calls Heard
// with each frame of the desktop, and at the end Logout or Lost, or neither when
// the server stops. All methods may be called together.
type Seat struct {
	identity *Identity
	ended    chan struct{}
	changed  chan struct{} // has room for one: the grant is to be looked at
	source   netip.Addr    // of this connection

	// Guarded by identity.mu.
	session ivr.Session   // as the store has it
	next    ivr.TokenHash // of the grant's token while the store has the older one; else zero
	grant   Grant
	lostAt  time.Time
	reason  error  // why it has ended; nil while it has not
	secret  string // of an authenticator that is being enrolled
}

// Grant is what the user works with at present.
func (s *Seat) Grant() Grant {
	s.identity.mu.Lock()
	defer s.identity.mu.Unlock()
	return s.grant
}

// Changed has a value when an administrator has changed what the grant says of the user or
// the merchant. One value may stand for several changes.
func (s *Seat) Changed() <-chan struct{} { return s.changed }

// Ended is closed when the session has ended or another connection has it; Err
// then tells which.
func (s *Seat) Ended() <-chan struct{} { return s.ended }

// Err is ErrLoggedOut, ErrForced, ErrSource or ErrReplaced, and nil while the seat stands.
func (s *Seat) Err() error {
	s.identity.mu.Lock()
	defer s.identity.mu.Unlock()
	return s.reason
}

// Heard notes that the desktop has spoken since it was seated, and so has its
// token: the one before it is good no longer.
func (s *Seat) Heard(ctx context.Context) error {
	i := s.identity
	i.mu.Lock()
	confirmed := s.next == (ivr.TokenHash{}) || s.reason != nil
	i.mu.Unlock()
	if confirmed {
		return nil
	}
	i.changing.Lock()
	defer i.changing.Unlock()
	return i.confirm(context.WithoutCancel(ctx), s)
}

// Lost notes that the connection is gone without a logout. It does nothing where
// the seat has ended.
func (s *Seat) Lost(ctx context.Context) error {
	i := s.identity
	i.changing.Lock()
	defer i.changing.Unlock()
	now := time.Now()
	i.mu.Lock()
	if s.reason != nil || !s.lostAt.IsZero() {
		i.mu.Unlock()
		return nil
	}
	s.lostAt = now
	session := s.session
	i.mu.Unlock()
	i.log.Info("connection lost, session kept", "user", session.User, "workstation", session.Workstation)
	i.tell(ctx, s.event(audit.ConnectionLost, audit.OK, ""))
	ctx = context.WithoutCancel(ctx)
	return errors.Join(i.store.LoseSession(ctx, session.Token, now), i.store.UserActive(ctx, session.User, now))
}

// Logout ends the session. It does nothing where the seat has ended.
func (s *Seat) Logout(ctx context.Context) error {
	i := s.identity
	i.changing.Lock()
	defer i.changing.Unlock()
	i.mu.Lock()
	session, over := s.session, s.reason != nil
	i.mu.Unlock()
	if over {
		return nil
	}
	if err := i.store.DeleteSession(context.WithoutCancel(ctx), session.Token); err != nil {
		return err
	}
	i.vacate(session.User, ErrLoggedOut)
	i.log.Info("logged out", "user", session.User)
	i.tell(ctx, s.event(audit.Logout, audit.OK, ""))
	return i.store.UserActive(context.WithoutCancel(ctx), session.User, time.Now())
}

// take seats a new connection; the seat that the user had before ends. It is
// called with i.changing held.
func (i *Identity) take(session ivr.Session, grant Grant, source netip.Addr) *Seat {
	seat := &Seat{
		identity: i, ended: make(chan struct{}), changed: make(chan struct{}, 1),
		source: source, session: session, grant: grant,
	}
	i.vacate(session.User, ErrReplaced)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.seats[session.User] = seat
	return seat
}

// vacate ends the user's seat, where there is one.
func (i *Identity) vacate(user ivr.UserKey, reason error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if seat, ok := i.seats[user]; ok {
		seat.reason = reason
		close(seat.ended)
		delete(i.seats, user)
	}
}

// Refresh lets the seats of a merchant's users know its settings as the store has them now.
// Nobody has to set anything up for that in the middle of the work: what a policy asks of a
// person is asked at the next login. But whoever is connected from where no login may come
// from any more is logged out by the hand that changed the settings.
func (i *Identity) Refresh(ctx context.Context, by audit.Actor, merchant ivr.MerchantID) error {
	ctx = context.WithoutCancel(ctx)
	i.changing.Lock()
	defer i.changing.Unlock()
	settings, err := i.store.Merchant(ctx, merchant)
	if err != nil {
		return fmt.Errorf("refresh the sessions of %s: %w", merchant, err)
	}
	users, err := i.store.Users(ctx, merchant)
	if err != nil {
		return fmt.Errorf("refresh the sessions of %s: %w", merchant, err)
	}
	return errors.Join(i.logOutStrangers(ctx, by, settings), i.refresh(ctx, merchant, users...))
}

// logOutStrangers ends the sessions of a merchant that are connected from where no login
// may come from. It is called with i.changing held.
func (i *Identity) logOutStrangers(ctx context.Context, by audit.Actor, merchant ivr.Merchant) error {
	sources := make(map[ivr.UserKey]netip.Addr)
	i.mu.Lock()
	for user, seat := range i.seats {
		if user.Merchant == merchant.ID && seat.lostAt.IsZero() && !allowed(merchant.Sources, seat.source) {
			sources[user] = seat.source
		}
	}
	i.mu.Unlock()
	var failed []error
	for user, source := range sources {
		why := forcing{ErrSource, errRestricted, fmt.Sprintf("source %s not allowed any more", source)}
		failed = append(failed, i.forceLogout(ctx, by, user, why))
	}
	return errors.Join(failed...)
}

// refresh is Refresh for some of the users. It is called with i.changing held, so that no
// seat is taken meanwhile with what was true before.
func (i *Identity) refresh(ctx context.Context, merchant ivr.MerchantID, users ...ivr.User) error {
	settings, err := i.store.Merchant(ctx, merchant)
	if err != nil {
		return fmt.Errorf("refresh the sessions of %s: %w", merchant, err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, user := range users {
		seat, there := i.seats[user.Key]
		if !there {
			continue
		}
		seat.grant.User, seat.grant.Merchant, seat.grant.IdleLock = user, settings, policyOf(settings).idle()
		select {
		case seat.changed <- struct{}{}:
		default:
		}
	}
	return nil
}

// confirm writes down the token of a seat that was heard with it. It is called
// with i.changing held.
func (i *Identity) confirm(ctx context.Context, seat *Seat) error {
	i.mu.Lock()
	session, next, over := seat.session, seat.next, seat.reason != nil
	lostAt := seat.lostAt
	i.mu.Unlock()
	if over || next == (ivr.TokenHash{}) {
		return nil
	}
	session.Token, session.SeenAt, session.LostAt = next, time.Now(), lostAt
	if err := i.store.PutSession(ctx, session); err != nil {
		return err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	seat.session, seat.next = session, ivr.TokenHash{}
	return nil
}

// lostAt is when the connection of a session was lost; zero while it stands. The
// seat knows it even where the store could not be told. A session without a seat
// is what a failing store left behind of a login.
func (i *Identity) lostAt(session ivr.Session) time.Time {
	i.mu.Lock()
	defer i.mu.Unlock()
	seat, seated := i.seats[session.User]
	switch {
	case !session.LostAt.IsZero():
		return session.LostAt
	case seated:
		return seat.lostAt
	}
	return session.SeenAt
}

// newToken makes a token and its hash, which alone is kept.
func newToken() (string, ivr.TokenHash) {
	var random [32]byte
	rand.Read(random[:]) //nolint:errcheck // never fails: crypto/rand ends the program instead
	token := base64.RawURLEncoding.EncodeToString(random[:])
	return token, sha256.Sum256([]byte(token))
}

// expired tells whether a session has been without its connection for too long.
func expired(session ivr.Session, now time.Time) bool {
	return !session.LostAt.IsZero() && now.Sub(session.LostAt) >= keptFor
}
