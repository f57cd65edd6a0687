package identity

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"tsunagi/server"
	"tsunagi/server/audit"
	"tsunagi/shared/wire"
)

// lockedAfter is how many failures in a row lock an account (product.md 3).
const lockedAfter = 6

// refusedAfter is when a refused login is answered, counted from the question: the
// store's work differs between a user and no user, and must not be seen.
const refusedAfter = 400 * time.Millisecond

// longestName bounds what a login may carry, in bytes.
const longestName = 256

// account is what the store knows of who claims to log in. Where it knows nothing,
// known is false and the rest is empty.
type account struct {
	key        ivr.UserKey
	known      bool
	merchant   ivr.Merchant
	user       ivr.User
	credential ivr.Credential
}

// Login begins a session and seats its connection. The refusals are *ivr.Error
// with the messages of product.md section 3; any other error is for the log.
func (i *Identity) Login(ctx context.Context, login wire.Login, source netip.Addr) (*Seat, error) {
	began := time.Now()
	if !readable(login) {
		return nil, errBadRequest
	}
	seat, err := i.login(ctx, login, source)
	if errors.Is(err, errAuthFailed) || errors.Is(err, errLocked) || errors.Is(err, errCodeWrong) {
		select {
		case <-time.After(time.Until(began.Add(refusedAfter))):
		case <-ctx.Done():
		}
	}
	return seat, err
}

func readable(login wire.Login) bool {
	for _, s := range []string{login.MerchantID, login.UserID, login.Password, login.Workstation, login.OneTimeCode, login.Token} {
		if len(s) > longestName {
			return false
		}
	}
	return login.Workstation != "" &&
		(login.Entrance == wire.EntranceOperator || login.Entrance == wire.EntranceSupervisor)
}

func (i *Identity) login(ctx context.Context, login wire.Login, source netip.Addr) (*Seat, error) {
	key := ivr.UserKey{Merchant: ivr.MerchantID(login.MerchantID), User: ivr.UserID(login.UserID)}
	who, err := i.account(ctx, key)
	if err != nil {
		return nil, err
	}
	from := audit.Actor{Source: source.String()}
	if who.known {
		from.Who = key // else it may be anything that was typed, a password too
	}
	if i.sources.spent(sourceName(source), time.Now()) {
		// Told to the audit log once, by failedLocked: nobody may fill it from outside.
		i.log.Warn("login refused", "source", source, "why", "too many failures from this source")
		return nil, errRestricted
	}
	if !allowed(who.merchant.Sources, source) {
		i.sources.add(sourceName(source), time.Now())
		i.refused(ctx, who, from, "source not allowed")
		return nil, errRestricted
	}
	right, err := i.hasher.matches(ctx, who.credential.Hash, login.Password)
	switch {
	case ctx.Err() != nil:
		return nil, errBusy
	case err != nil:
		return nil, fmt.Errorf("check the password of %s: %w", key, err)
	}
	// From here on the session changes in steps, which no one may come between.
	ctx = context.WithoutCancel(ctx)
	i.changing.Lock()
	defer i.changing.Unlock()
	if why := i.unfit(who, right, time.Now()); why != "" {
		return nil, i.failedLocked(ctx, who, from, why)
	}
	if policyOf(who.merchant).dormant(who.credential, time.Now()) {
		if err := i.disableDormant(ctx, who.user); err != nil {
			return nil, err
		}
		return nil, i.failedLocked(ctx, who, from, "unused for 90 days, disabled now")
	}
	return i.admit(ctx, who, login, source, from)
}

// unfit is why a login fails as with a wrong password; empty where it does not.
func (i *Identity) unfit(who account, right bool, now time.Time) string {
	switch {
	case !who.known:
		return "no such user"
	case !right:
		return "wrong password"
	case who.user.Disabled:
		return "disabled"
	case stale(who.credential, now):
		return "temporary password older than 24 hours"
	}
	return ""
}

// account looks up who claims to log in. That there is no such merchant or user is
// no error.
func (i *Identity) account(ctx context.Context, key ivr.UserKey) (account, error) {
	who := account{key: key}
	var err error
	if who.merchant, err = i.store.Merchant(ctx, key.Merchant); err == nil {
		who.user, err = i.store.User(ctx, key)
	}
	if err == nil {
		who.credential, err = i.store.Credential(ctx, key)
	}
	if err != nil && !errors.Is(err, ivr.ErrNotFound) {
		return account{}, fmt.Errorf("look up the account: %w", err)
	}
	who.known = err == nil
	return who, nil
}

// failedLocked counts a failure and is the refusal that answers it. Locked is answered
// from the failure after the one that locked. It is called with i.changing held.
func (i *Identity) failedLocked(ctx context.Context, who account, from audit.Actor, why string) error {
	now := time.Now()
	i.countSource(ctx, from, now)
	if !who.known {
		locked := i.unknowns.spent(who.key, now)
		i.unknowns.add(who.key, now)
		i.refused(ctx, who, from, why)
		if locked {
			return errLocked
		}
		return errAuthFailed
	}
	before, err := i.store.Credential(ctx, who.key)
	if err != nil {
		return err
	}
	if !before.LockedAt.IsZero() {
		why = "locked"
	}
	i.refused(ctx, who, from, why)
	if err := i.countFailure(ctx, who.key, from); err != nil {
		return err
	}
	if !before.LockedAt.IsZero() {
		return errLocked
	}
	return errAuthFailed
}

// countFailure counts a wrong password or code of a user that exists, and tells where it
// locks the account. It is called with i.changing held.
func (i *Identity) countFailure(ctx context.Context, user ivr.UserKey, from audit.Actor) error {
	before, err := i.store.Credential(ctx, user)
	if err != nil {
		return err
	}
	locked, err := i.store.CountFailure(ctx, user, time.Now(), lockedAfter)
	if err == nil && locked && before.LockedAt.IsZero() {
		i.log.Warn("account locked", "user", user, "source", from.Source)
		i.tell(ctx, to(user, from, audit.Locked, audit.OK, fmt.Sprintf("%d failures in a row", lockedAfter)))
	}
	return err
}

// countSource counts a failure against the address it came from.
func (i *Identity) countSource(ctx context.Context, from audit.Actor, now time.Time) {
	source, err := netip.ParseAddr(from.Source)
	if err != nil {
		return
	}
	name := sourceName(source)
	if i.sources.add(name, now); i.sources.spent(name, now) {
		i.tell(ctx, audit.Event{
			Kind: audit.SourceShutOut, Result: audit.OK, Source: from.Source, Object: name, Detail: "too many failures",
		})
	}
}

// admit begins the session of someone whose password was right. It is called with
// i.changing held.
func (i *Identity) admit(
	ctx context.Context, who account, login wire.Login, source netip.Addr, from audit.Actor,
) (*Seat, error) {
	// The password was checked some time ago: it may have been changed, the account
	// locked by another connection's guesses, or the settings changed, since.
	present, err := i.account(ctx, who.key)
	if err != nil {
		return nil, err
	}
	checked := who.credential.Hash
	who, credential := present, present.credential
	switch {
	case !who.known || who.user.Disabled:
		i.refused(ctx, who, from, "disabled meanwhile")
		return nil, errAuthFailed
	case !credential.LockedAt.IsZero():
		i.refused(ctx, who, from, "locked")
		return nil, errLocked
	case credential.Hash != checked:
		i.refused(ctx, who, from, "password changed meanwhile")
		return nil, errAuthFailed
	case !allowed(who.merchant.Sources, source):
		i.refused(ctx, who, from, "source not allowed")
		return nil, errRestricted
	case entranceOf(who.user.Role) != login.Entrance:
		i.refused(ctx, who, from, "wrong entrance")
		return nil, errRestricted
	}
	if err := i.checkCode(ctx, who, &credential, login, from); err != nil {
		return nil, err
	}
	if credential.Failures > 0 {
		credential.Failures = 0
		if err := i.store.PutCredential(ctx, who.key, credential); err != nil {
			return nil, err
		}
	}
	return i.settle(ctx, who, credential, login, source, from)
}

// settle looks whether the user's place is free, and takes it. It is called with
// i.changing held.
func (i *Identity) settle(
	ctx context.Context, who account, credential ivr.Credential, login wire.Login, source netip.Addr, from audit.Actor,
) (*Seat, error) {
	own, err := i.vacant(ctx, who.key, login)
	if errors.Is(err, errLoggedIn) {
		i.refused(ctx, who, from, "logged in already")
	}
	if err != nil {
		return nil, err
	}
	if credential.Initial {
		// A temporary password is good for one session (8.3.5): its workstation may come
		// back to it, nobody else may use it.
		if !credential.UsedAt.IsZero() && !own {
			return nil, i.failedLocked(ctx, who, from, "temporary password used before")
		}
		credential.UsedAt = time.Now()
		if err := i.store.PutCredential(ctx, who.key, credential); err != nil {
			return nil, err
		}
	}
	who.credential = credential
	return i.begin(ctx, who, login, source)
}

// vacant is errLoggedIn where the user has a session that this workstation may not
// replace; own tells that it has one that it may: one whose connection is lost, or, with
// its token, any, since the desktop notices before the server that a connection is dead.
func (i *Identity) vacant(ctx context.Context, user ivr.UserKey, login wire.Login) (own bool, err error) {
	session, err := i.store.SessionOf(ctx, user)
	session.LostAt = i.lostAt(session)
	switch {
	case errors.Is(err, ivr.ErrNotFound):
		return false, nil
	case err != nil:
		return false, err
	case expired(session, time.Now()):
		i.expire(ctx, session)
		return false, nil
	case session.Workstation == login.Workstation && (!session.LostAt.IsZero() || i.holds(session, login.Token)):
		return true, nil
	}
	return false, errLoggedIn
}

// holds tells whether a token is that of a session: the stored one, or the one given out
// last. It lets nobody in by itself: the password was right.
func (i *Identity) holds(session ivr.Session, token string) bool {
	hash := ivr.TokenHash(sha256.Sum256([]byte(token)))
	if hash == session.Token {
		return true
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	seat, ok := i.seats[session.User]
	return ok && seat.next == hash
}

func (i *Identity) begin(ctx context.Context, who account, login wire.Login, source netip.Addr) (*Seat, error) {
	now := time.Now()
	token, hash := newToken()
	session := ivr.Session{
		Token: hash, User: who.key, Workstation: login.Workstation, Source: source.String(), CreatedAt: now, SeenAt: now,
		MustChange: policyOf(who.merchant).mustChange(who.credential, login.Password, now),
		MustEnrol:  policyOf(who.merchant).mustEnrol(who),
	}
	if err := i.store.PutSession(ctx, session); err != nil {
		return nil, err
	}
	if err := errors.Join(i.store.LoggedIn(ctx, who.key, now), i.leave(ctx, session, now)); err != nil {
		return nil, errors.Join(err, i.store.DeleteSession(ctx, hash))
	}
	seat := i.take(session, grantOf(who, session, token, now), source)
	i.log.Info("logged in", "user", who.key, "source", source, "workstation", login.Workstation)
	i.tell(ctx, seat.event(audit.Login, audit.OK, "workstation "+login.Workstation))
	return seat, nil
}

// leave notes that the sessions which others have at the workstation of a new one are left
// behind: who sits there now is somebody else, and the tokens that the workstation keeps
// are no longer enough to go back to them (Resume). It is called with i.changing held.
func (i *Identity) leave(ctx context.Context, session ivr.Session, now time.Time) error {
	if err := i.store.LeaveSessions(ctx, session.Workstation, session.User, now); err != nil {
		return err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	for user, seat := range i.seats {
		if user != session.User && seat.session.Workstation == session.Workstation && seat.session.LeftAt.IsZero() {
			seat.session.LeftAt = now
		}
	}
	return nil
}

// refused tells of a login that was not let in. What was typed is told only where
// such a user exists: else it may be anything, a password too.
func (i *Identity) refused(ctx context.Context, who account, from audit.Actor, why string) {
	user := "unknown"
	if who.known {
		user = who.key.String()
	}
	i.log.Warn("login refused", "user", user, "source", from.Source, "why", why)
	i.tell(ctx, audit.Event{Kind: audit.Login, Result: audit.Refused, Who: from.Who, Source: from.Source, Detail: why})
}

// entranceOf is where a role is let in: everyone but an operator at the supervisor's.
func entranceOf(role ivr.Role) wire.Entrance {
	if role == ivr.RoleOperator {
		return wire.EntranceOperator
	}
	return wire.EntranceSupervisor
}
