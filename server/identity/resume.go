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

// Resume seats a new connection in the session that its workstation has. The
// answer is CodeSessionLost where there is none any more, and where somebody else has
// logged in at the workstation since: whoever sits there now has to know the password
// (Login takes the session over).
func (i *Identity) Resume(ctx context.Context, resume wire.Resume, source netip.Addr) (*Seat, error) {
	ctx = context.WithoutCancel(ctx) // what is begun is done, though the desktop be gone
	i.changing.Lock()
	defer i.changing.Unlock()
	now := time.Now()
	session, err := i.sessionFor(ctx, sha256.Sum256([]byte(resume.Token)), now)
	if err != nil {
		return nil, err
	}
	session.LostAt = i.lostAt(session)
	if session.Workstation != resume.Workstation {
		i.resumeRefused(ctx, session, source, "another workstation")
		return nil, errSessionLost
	}
	if !session.LeftAt.IsZero() {
		i.resumeRefused(ctx, session, source, "somebody else has logged in at the workstation")
		return nil, errSessionLost
	}
	who, err := i.account(ctx, session.User)
	switch {
	case err != nil:
		return nil, err
	case !who.known || who.user.Disabled || expired(session, now):
		i.log.Info("session ended", "user", session.User, "expired", expired(session, now), "disabled", who.user.Disabled)
		i.vacate(session.User, ErrForced) // an older connection of a user who was disabled
		if err := i.store.DeleteSession(ctx, session.Token); err != nil {
			return nil, err
		}
		if expired(session, now) {
			i.expire(ctx, session)
		}
		return nil, errSessionLost
	case !allowed(who.merchant.Sources, source):
		i.resumeRefused(ctx, session, source, "source not allowed")
		return nil, errRestricted
	}
	if err := i.store.TouchSession(ctx, session.Token, now); err != nil {
		return nil, fmt.Errorf("resume the session of %s: %w", session.User, err)
	}
	session.SeenAt, session.LostAt = now, time.Time{}
	token, hash := newToken()
	seat := i.take(session, grantOf(who, session, token, now), source)
	i.mu.Lock()
	seat.next = hash
	i.mu.Unlock()
	i.log.Info("session resumed", "user", session.User, "source", source, "workstation", session.Workstation)
	i.tell(ctx, seat.event(audit.Resumed, audit.OK, "workstation "+session.Workstation))
	return seat, nil
}

// sessionFor finds the session of a token: the stored one, or the one given out
// last whose desktop has not been heard since.
func (i *Identity) sessionFor(ctx context.Context, token ivr.TokenHash, now time.Time) (ivr.Session, error) {
	session, err := i.store.SessionByToken(ctx, token)
	if err == nil || !errors.Is(err, ivr.ErrNotFound) {
		return session, err
	}
	i.mu.Lock()
	var heard *Seat
	for _, seat := range i.seats {
		if seat.next == token {
			heard = seat
		}
	}
	forced, out := i.forced[token]
	i.mu.Unlock()
	switch {
	case out && now.Sub(forced.at) < forcedKept:
		return ivr.Session{}, forced.refusal
	case heard == nil:
		return ivr.Session{}, errSessionLost
	}
	if err := i.confirm(ctx, heard); err != nil {
		return ivr.Session{}, err
	}
	return i.store.SessionByToken(ctx, token)
}

func (i *Identity) resumeRefused(ctx context.Context, session ivr.Session, source netip.Addr, why string) {
	i.log.Warn("resume refused", "user", session.User, "source", source, "why", why)
	i.tell(ctx, to(session.User, audit.Actor{Who: session.User, Source: source.String()}, audit.Resumed, audit.Refused, why))
}

// forcing is why somebody is logged out by force.
type forcing struct {
	reason  error      // of the seat's end
	refusal *ivr.Error // of a resume afterwards
	detail  string     // for the audit log
}

// forcedOut is what is known of a session that was ended by force.
type forcedOut struct {
	at      time.Time
	refusal *ivr.Error
}

// ForceLogout ends a user's session by another's hand: its connection is told so, and a
// desktop that is away when it comes back. It is ivr.ErrNotFound where the user has no
// session.
func (i *Identity) ForceLogout(ctx context.Context, by audit.Actor, user ivr.UserKey) error {
	ctx = context.WithoutCancel(ctx)
	i.changing.Lock()
	defer i.changing.Unlock()
	return i.forceLogout(ctx, by, user, byHand)
}

// byHand is a logout that a person has asked for.
var byHand = forcing{reason: ErrForced, refusal: errForced}

// forceLogout is called with i.changing held.
func (i *Identity) forceLogout(ctx context.Context, by audit.Actor, user ivr.UserKey, why forcing) error {
	now := time.Now()
	session, err := i.store.SessionOf(ctx, user)
	if err == nil {
		session.LostAt = i.lostAt(session)
		if expired(session, now) {
			err = ivr.ErrNotFound // it is over, only nobody has come to notice
		}
	}
	if err != nil {
		return fmt.Errorf("log out %s by force: %w", user, err)
	}
	if err := i.store.DeleteSession(ctx, session.Token); err != nil {
		return fmt.Errorf("log out %s by force: %w", user, err)
	}
	i.mu.Lock()
	for token, forced := range i.forced {
		if now.Sub(forced.at) >= forcedKept {
			delete(i.forced, token)
		}
	}
	out := forcedOut{now, why.refusal}
	i.forced[session.Token] = out
	if seat, ok := i.seats[user]; ok && seat.next != (ivr.TokenHash{}) {
		i.forced[seat.next] = out
	}
	i.mu.Unlock()
	i.vacate(user, why.reason)
	i.log.Info("logged out by force", "user", user, "by", by.Who, "source", by.Source, "why", why.reason)
	i.tell(ctx, to(user, by, audit.ForcedLogout, audit.OK, why.detail))
	return nil
}
