package identity

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"tsunagi/server"
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
	if errors.Is(err, errAuthFailed) || errors.Is(err, errLocked) {
		select {
		case <-time.After(time.Until(began.Add(refusedAfter))):
		case <-ctx.Done():
		}
	}
	return seat, err
}

func readable(login wire.Login) bool {
	for _, s := range []string{login.MerchantID, login.UserID, login.Password, login.Workstation} {
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
	if !allowed(who.merchant.Sources, source) {
		i.refused(who, source, "source not allowed")
		return nil, errRestricted
	}
	if i.sources.spent(sourceName(source), time.Now()) {
		i.refused(who, source, "too many failures from this source")
		return nil, errRestricted
	}
	right, err := i.hasher.matches(ctx, who.credential.Hash, login.Password)
	switch {
	case ctx.Err() != nil:
		return nil, errBusy
	case err != nil:
		return nil, fmt.Errorf("check the password of %s: %w", key, err)
	case !right || who.user.Disabled:
		return nil, i.failed(context.WithoutCancel(ctx), who, source)
	}
	// From here on the session changes in steps, which no one may come between.
	return i.admit(context.WithoutCancel(ctx), who, login, source)
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

// failed counts a failure and is the refusal that answers it. Locked is answered
// from the failure after the one that locked.
func (i *Identity) failed(ctx context.Context, who account, source netip.Addr) error {
	i.changing.Lock()
	defer i.changing.Unlock()
	now := time.Now()
	i.sources.add(sourceName(source), now)
	if !who.known {
		locked := i.unknowns.spent(who.key, now)
		i.unknowns.add(who.key, now)
		i.refused(who, source, "no such user")
		if locked {
			return errLocked
		}
		return errAuthFailed
	}
	before, err := i.store.Credential(ctx, who.key)
	if err != nil {
		return err
	}
	locked, err := i.store.CountFailure(ctx, who.key, now, lockedAfter)
	if err != nil {
		return err
	}
	switch {
	case !before.LockedAt.IsZero():
		i.refused(who, source, "locked")
		return errLocked
	case locked:
		i.refused(who, source, "wrong password or disabled, locked now")
	default:
		i.refused(who, source, "wrong password or disabled")
	}
	return errAuthFailed
}

// admit begins the session of someone whose password was right.
func (i *Identity) admit(ctx context.Context, who account, login wire.Login, source netip.Addr) (*Seat, error) {
	i.changing.Lock()
	defer i.changing.Unlock()
	// The password was checked some time ago: it may have been changed, or the
	// account locked by another connection's guesses, since.
	credential, err := i.store.Credential(ctx, who.key)
	switch {
	case err != nil:
		return nil, err
	case !credential.LockedAt.IsZero():
		i.refused(who, source, "locked")
		return nil, errLocked
	case credential.Hash != who.credential.Hash:
		i.refused(who, source, "password changed meanwhile")
		return nil, errAuthFailed
	}
	if credential.Failures > 0 {
		credential.Failures = 0
		if err := i.store.PutCredential(ctx, who.key, credential); err != nil {
			return nil, err
		}
	}
	if entranceOf(who.user.Role) != login.Entrance {
		i.refused(who, source, "wrong entrance")
		return nil, errRestricted
	}
	if err := i.vacant(ctx, who.key, login.Workstation); err != nil {
		if errors.Is(err, errLoggedIn) {
			i.refused(who, source, "logged in already")
		}
		return nil, err
	}
	return i.begin(ctx, who, login.Workstation, source)
}

// vacant is errLoggedIn where the user has a session that this workstation may not
// replace.
func (i *Identity) vacant(ctx context.Context, user ivr.UserKey, workstation string) error {
	session, err := i.store.SessionOf(ctx, user)
	session.LostAt = i.lostAt(session)
	switch {
	case errors.Is(err, ivr.ErrNotFound):
		return nil
	case err != nil:
		return err
	case expired(session, time.Now()):
		return nil
	case !session.LostAt.IsZero() && session.Workstation == workstation:
		return nil
	}
	return errLoggedIn
}

func (i *Identity) begin(ctx context.Context, who account, workstation string, source netip.Addr) (*Seat, error) {
	now := time.Now()
	token, hash := newToken()
	session := ivr.Session{
		Token: hash, User: who.key, Workstation: workstation, Source: source.String(), CreatedAt: now, SeenAt: now,
	}
	if err := i.store.PutSession(ctx, session); err != nil {
		return nil, err
	}
	if err := i.store.LoggedIn(ctx, who.key, now); err != nil {
		return nil, errors.Join(err, i.store.DeleteSession(ctx, hash))
	}
	seat := i.take(session, grantOf(who, token, now))
	i.log.Info("logged in", "user", who.key, "source", source, "workstation", workstation)
	return seat, nil
}

// refused logs a login that was not let in. What was typed is logged only where
// such a user exists: else it may be anything, a password too.
func (i *Identity) refused(who account, source netip.Addr, why string) {
	user := "unknown"
	if who.known {
		user = who.key.String()
	}
	i.log.Warn("login refused", "user", user, "source", source, "why", why)
}

func entranceOf(role ivr.Role) wire.Entrance {
	if role == ivr.RoleSupervisor {
		return wire.EntranceSupervisor
	}
	return wire.EntranceOperator
}
