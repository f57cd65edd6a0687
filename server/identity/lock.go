package identity

import (
	"context"
	"time"

	"tsunagi/server"
	"tsunagi/server/audit"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

var errScreenLocked = &ivr.Error{Code: wire.CodeScreenLocked, Message: message.ScreenLocked}

// Lock locks the screen of a seat: its session goes on, and so do its calls, but
// nothing is done for it before Unlock, also after a resume (PCI DSS 8.2.8). Locking
// what is locked does nothing.
func (i *Identity) Lock(ctx context.Context, seat *Seat) error {
	ctx = context.WithoutCancel(ctx)
	i.changing.Lock()
	defer i.changing.Unlock()
	if seat.Grant().Locked {
		return nil
	}
	err := i.changeSession(ctx, seat, func(s *ivr.Session, g *Grant) { s.LockedAt, g.Locked = time.Now(), true })
	if err != nil {
		return err
	}
	i.log.Info("screen locked", "user", seat.Grant().User.Key)
	i.tell(ctx, seat.event(audit.ScreenLocked, audit.OK, ""))
	return nil
}

// Unlock opens a locked screen with its user's password; a wrong one counts as a failed
// login. A temporary password that was given meanwhile has to be replaced first.
func (i *Identity) Unlock(ctx context.Context, seat *Seat, unlock wire.Unlock) error {
	key := seat.Grant().User.Key
	if len(unlock.Password) > longestName {
		return errBadRequest
	}
	checked, err := i.store.Credential(ctx, key)
	if err != nil {
		return err
	}
	if !checked.LockedAt.IsZero() {
		i.tell(ctx, seat.event(audit.ScreenUnlocked, audit.Refused, "account locked"))
		return errLocked
	}
	right, err := i.hasher.matches(ctx, checked.Hash, unlock.Password)
	if err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	i.changing.Lock()
	defer i.changing.Unlock()
	credential, err := i.store.Credential(ctx, key)
	if err != nil {
		return err
	}
	now := time.Now()
	if !right || stale(credential, now) || credential.Hash != checked.Hash {
		i.tell(ctx, seat.event(audit.ScreenUnlocked, audit.Refused, "wrong password"))
		if err := i.countFailure(ctx, key, seat.actor()); err != nil {
			return err
		}
		return errAuthFailed
	}
	if credential.Failures > 0 || credential.Initial {
		credential.Failures, credential.UsedAt = 0, now
		if err := i.store.PutCredential(ctx, key, credential); err != nil {
			return err
		}
	}
	err = i.changeSession(ctx, seat, func(s *ivr.Session, g *Grant) {
		s.LockedAt, g.Locked = time.Time{}, false
		s.MustChange = s.MustChange || credential.Initial
		g.PasswordMustChange = s.MustChange
	})
	if err != nil {
		return err
	}
	i.log.Info("screen unlocked", "user", key)
	i.tell(ctx, seat.event(audit.ScreenUnlocked, audit.OK, ""))
	return nil
}

// changeSession writes a change of a standing seat's session and its grant. It is
// called with i.changing held.
func (i *Identity) changeSession(ctx context.Context, seat *Seat, change func(*ivr.Session, *Grant)) error {
	i.mu.Lock()
	session, grant, over := seat.session, seat.grant, seat.reason != nil
	i.mu.Unlock()
	if over {
		return errSessionLost
	}
	change(&session, &grant)
	if err := i.store.PutSession(ctx, session); err != nil {
		return err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	seat.session, seat.grant = session, grant
	return nil
}
